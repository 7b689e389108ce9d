/**
 * The contract of a stage: its parameters, its ports, and its work. Loads nothing heavy: `validate` reads every
 * contract and must answer in a fraction of a second.
 */
import type { z } from 'zod'
import type { Engine, Scope, Tensor } from '../engine/engine.js'
import type { Expectation } from './expectations.js'
import type { ClipPort, LogMelPort, PatchPort, Port } from './ports.js'
import type { Clip, Count, Draws, Pair } from './values.js'

export * from './expectations.js'

export type Ins = Record<string, Expectation<unknown, unknown>>
export type PortsOf<I extends Ins> = { [Name in keyof I]: I[Name] extends Expectation<unknown, infer P> ? P : never }
type AnyIns = Record<string, Expectation<unknown>>
export type ValuesOf<I extends Ins> = {
  [Name in keyof I]: I[Name] extends Expectation<infer Value, unknown> ? Value : never
}

/** A parameter that the arriving ports make impossible: shown at the parameter's own line. */
export class ParameterProblem extends Error {
  constructor(
    readonly parameter: string,
    message: string,
  ) {
    super(message)
  }
}

/** A label column that the work cannot do without. */
export interface LabelNeed {
  column: string
  /** Clips with one of these can be used; any value will do if absent. */
  values?: readonly string[] | undefined
  /** Every clip needs one of them, or is left out; otherwise some clips do. */
  all?: boolean
  /** Between several values of a cell. */
  separator?: string | undefined
}

/** A file that a parameter names, and the hash of its content. */
export interface NamedFile {
  /** Absolute. */
  file: string
  hash: string
}

interface Shared<P extends z.ZodObject, I extends Ins, O extends Port> {
  name: string
  /** One line, for `list` and the drawn graph. */
  summary: string
  /** Paper and section, or the reference implementation. */
  source?: string
  parameters: P
  in: I
  /**
   * The port that leaves, from those that arrive (after lifting).
   * @throws ParameterProblem if a parameter does not fit what arrives
   */
  out: (ports: PortsOf<I>, parameters: z.output<P>) => O
  /** What it needs of the clips' labels: refused before any sound is read where no clip has it. */
  labels?: (parameters: z.output<P>) => readonly LabelNeed[]
  /**
   * What else it needs of the clips: looked at before any sound is read. Gives sentences for whoever started the run.
   *
   * @throws Problem if it cannot work with them
   */
  clips?: (parameters: z.output<P>) => (clips: readonly Clip[]) => Promise<string[]>
  /** Clips that are not trained on, as its parameters want it. */
  leavesOut?: (parameters: z.output<P>) => Promise<(clip: Clip) => boolean>
  /**
   * Parameters, texts or lists of them, that name files which the work reads, and how one is found by its absolute path; undefined
   * as long as it is not there. Relative paths count from the file in which they stand, or from here on the command line.
   * The work gets what was found; the keys of the feature cache depend on the hashes, not on where the files lie.
   */
  files?: Readonly<Record<string, (named: string) => NamedFile | undefined>>
  /**
   * Looks at these files where all are there, loading nothing heavy: told before any sound is read.
   *
   * @throws Problem if they are for something else than what arrives
   */
  fits?: (parameters: z.output<P>, ports: PortsOf<I> & { out: O }) => Promise<void>
}

/** Decides which clips come, in which order. */
export interface SourceStage<P extends z.ZodObject = z.ZodObject> extends Shared<P, Record<string, never>, ClipPort> {
  runsIn: 'source'
  /** The clips of one epoch in order; durations in seconds and activity in decibels are by clip. */
  order: (parameters: z.output<P>) => (clips: {
    clips: readonly Clip[]
    durations: () => readonly number[]
    /** By how much the loudest moments stand over the noise floor. */
    activity: () => readonly number[]
    /** Clips that an epoch needs at least. */
    batch: number
    rng: Draws
  }) => Clip[]
}

/** Works on one item at a time, in the worker pool. */
export interface ItemStage<P extends z.ZodObject = z.ZodObject, I extends Ins = AnyIns, O extends Port = Port>
  extends Shared<P, I, O> {
  runsIn: 'item'
  /** Uses random draws: never cached, and left out when a trained encoder embeds. */
  draws?: boolean
  /**
   * Its result is kept in the feature cache on disk: log-mel spectrograms, recordings, levels, or channels of these. The
   * work gives a FeatureStream, one a channel, or the numbers of the levels.
   */
  cached?: boolean
  /** Its result is what it reads, a lane what the in-port of that name reads: its readers may go there instead. */
  copies?: true
  /** Its patches are pieces of a spectrogram as they were there; where they lie is known. */
  cuts?: true
  /** Of several lanes it makes one. Where lanes were drawn around a clip, the clip goes through it as it is. */
  joins?: true
  /**
   * The cached stage, and its parameters, that does to a whole clip what this one does to an excerpt. When a trained
   * encoder embeds, patches are cut from its result: each is then heard in its surroundings, and worked out once.
   */
  ofWholeClip?: (parameters: z.output<P>) => { stage: string; parameters: Record<string, unknown> }
  /** Label columns that name other files which it reads: the keys of the feature cache depend on what is in them. */
  filesOf?: (parameters: z.output<P>) => readonly string[]
  /** Hertz of the middle of each band of its spectrograms, for pictures; none where they are no bands. */
  centres?: (parameters: z.output<P>) => readonly number[]
  /** Its values are standard deviations from the mean of the training clips. */
  standardises?: true
  work: (
    parameters: z.output<P>,
    ports: PortsOf<I> & { out: O },
  ) => (item: ValuesOf<I> & { clip: Clip; rng: Draws; count: Count }) => unknown
}

/** Gathers items. The runtime does the gathering: the stage only says how many. */
export interface BatchStage<P extends z.ZodObject = z.ZodObject, I extends Ins = AnyIns, O extends Port = Port>
  extends Shared<P, I, O> {
  runsIn: 'batch'
}

export interface PassOptions {
  training: boolean
  /** Told what an encoder makes on its way, by the names of its weights (`block2`): layers that can be exported. */
  layer?: (name: string, value: Tensor) => void
  /** Of parameters that change over training, the values of now: scalars, by the names that the contract lists. */
  now?: Readonly<Record<string, Tensor>>
}

/** Works on batches with TensorFlow, in the trainer's thread, on the gradient tape. */
export interface TensorStage<P extends z.ZodObject = z.ZodObject, I extends Ins = AnyIns, O extends Port = Port>
  extends Shared<P, I, O> {
  runsIn: 'tensor'
  role: 'encoder' | 'separator' | 'head' | 'loss'
  /** Of a classifier: the in-port with the labels that its numbers, one a class, stand for. */
  classifies?: string
  /** Runs when it embeds, outside TensorFlow: nothing has to read it, and a graph with it is not trained. */
  embedsAlone?: true
  /** Numbers among its parameters that may change over training (`q`, `discard.percentile`): read in `options.now`. */
  changes?: readonly string[]
  /** Makes the weights once; the result is called at each step. */
  build: (
    parameters: z.output<P>,
    ports: PortsOf<I> & { out: O },
  ) => (engine: Engine, scope: Scope) => (inputs: ValuesOf<I>, options: PassOptions) => Tensor | Pair<Tensor>
}

/** A stage as the graph sees it: which ports it has is known to itself alone. */
export type Stage = SourceStage | ItemStage | BatchStage | TensorStage

/** Marks a file's default export as a stage; exists for the types. */
export function describeStage<P extends z.ZodObject>(stage: SourceStage<P>): Stage
export function describeStage<P extends z.ZodObject, I extends Ins, O extends Port>(
  stage: ItemStage<P, I, O> | BatchStage<P, I, O> | TensorStage<P, I, O>,
): Stage
export function describeStage(stage: unknown): Stage {
  return stage as Stage
}

export type { LogMelPort, PatchPort }
