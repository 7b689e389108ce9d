/**
 * The contract of a stage: its parameters, its ports, and its work. Loads nothing heavy: `validate` reads every
 * contract and must answer in a fraction of a second.
 */
import type { z } from 'zod'
import type { Engine, Scope, Tensor } from '../engine/engine.js'
import type { ViewsPort } from './each-view.js'
import type {
  ActivityPort,
  BatchPort,
  ChannelsPort,
  ClipPort,
  CodesPort,
  EmbeddingPort,
  ExcerptPort,
  IndicesPort,
  LabelPort,
  LevelsPort,
  LogMelPort,
  PairPort,
  PatchPort,
  Port,
  PortKind,
  RecordingPort,
  TokensPort,
  WaveformPort,
} from './ports.js'
import type { Bank, Clip, Count, Draws, Excerpt, LogMel, Pair, Patch, Recording, Views, Waveform } from './values.js'

/** A kind of port, or `views`: a pair or channels. */
export type Accepted = PortKind | 'views'

/** What an in-port takes. `Value` is what the work receives there, `P` the port as the stage sees it. */
export interface Expectation<Value, P = Port> {
  /**
   * Kind of port expected, the outermost first: `['patch']`, `['pair', 'patch']`. What ends at a container takes it
   * whatever it holds. Empty: any item, never lifted.
   */
  accepts: readonly Accepted[]
  /** Reads any draw-free node by clip instead of following the stream. */
  bank: boolean
  optional: boolean
  /** Another in-port, with which rate, hop, bands, ... agree: whatever both ports name. */
  sameAs?: string
  /** Never set; carry the types of the value and of the port. */
  readonly value?: Value
  readonly port?: P
}

function expectation<Value, P extends Port = Port>(...accepts: Accepted[]): Expectation<Value, P> {
  return { accepts, bank: false, optional: false }
}

export const clip = expectation<Clip, ClipPort>('clip')
export const waveform = expectation<Waveform, WaveformPort>('waveform')
/** A whole clip's samples, read by range; fits an in-port that takes a waveform, too. */
export const recording = expectation<Recording, RecordingPort>('recording')
export const excerpt = expectation<Excerpt, ExcerptPort>('excerpt')
export const label = expectation<Float32Array, LabelPort>('label')
export const activity = expectation<Float32Array, ActivityPort>('activity')
export const levels = expectation<Float32Array, LevelsPort>('levels')
export const logMel = expectation<LogMel, LogMelPort>('logmel')
export const patch = expectation<Patch, PatchPort>('patch')
export const embedding = expectation<Tensor, EmbeddingPort>('embedding')
export const tokens = expectation<Tensor, TokensPort>('tokens')
export const indices = expectation<Float32Array, IndicesPort>('indices')
export const codes = expectation<Tensor, CodesPort>('codes')
/** Whatever arrives, taken whole (a pair stays a pair); inside others, whatever they hold: `batchOf(anyItem)`. */
export const anyItem = expectation<unknown>()
/** A pair taken as a whole by a stage that knows pairs; a stage that names the inner kind alone is lifted instead. */
export function pair<Value, P extends Port>(of: Expectation<Value, P>): Expectation<Pair<Value>, PairPort<P>> {
  return within('pair', of)
}
/** Two views of a clip (a pair) or more of them (channels), by a stage that treats all alike and knows each: `each-view.ts`. */
export function views<Value, P extends Port>(of: Expectation<Value, P>): Expectation<Views<Value>, ViewsPort<P>> {
  return within('views', of)
}
/** All channels of a separation or the stems of a scene, by a stage that knows them; one that names the inner kind is lifted. */
export function channels<Value, P extends Port>(
  of: Expectation<Value, P>,
): Expectation<readonly Value[], ChannelsPort<P>> {
  return within('channels', of)
}
export function batchOf<Value, P extends Port>(
  of: Expectation<Value, P>,
): Expectation<Value extends Pair<unknown> ? Pair<Tensor> : Tensor, BatchPort<P>> {
  return within('batch', of)
}
export function bank<Value, P>(of: Expectation<Value, P>): Expectation<Bank<Value>, P> {
  return { accepts: of.accepts, bank: true, optional: of.optional }
}
/** May be left out; the work then gets `undefined`. */
export function optional<Value, P>(of: Expectation<Value, P>): Expectation<Value | undefined, P | undefined> {
  return { ...of, optional: true }
}

/** The numbers that arrive here mean the same as at another in-port: rate, hop, bands, frames, whatever both ports name. */
export function sameAs<Value, P>(port: string, of: Expectation<Value, P>): Expectation<Value, P> {
  return { ...of, sameAs: port }
}

const within = (kind: Accepted, { accepts, bank, optional }: Expectation<unknown>) => ({
  accepts: [kind, ...accepts],
  bank,
  optional,
})

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
  /**
   * Parameters, texts or lists of them, that name files which the work reads, and how one is found by its absolute path; undefined
   * as long as it is not there. Relative paths count from the file in which they stand, or from here on the command line.
   * The work gets what was found; the keys of the feature cache depend on the hashes, not on where the files lie.
   */
  files?: Readonly<Record<string, (named: string) => NamedFile | undefined>>
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
  /** Of several lanes it makes one. Where lanes were drawn around a clip, the clip goes through it as it is. */
  joins?: true
  /**
   * The cached stage, and its parameters, that does to a whole clip what this one does to an excerpt. When a trained
   * encoder embeds, patches are cut from its result: each is then heard in its surroundings, and worked out once.
   */
  ofWholeClip?: (parameters: z.output<P>) => { stage: string; parameters: Record<string, unknown> }
  /** Hertz of the middle of each band of its spectrograms, for pictures. */
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
