/**
 * The contract of a stage: its parameters, its ports, and its work. Loads nothing heavy: `validate` reads every
 * contract and must answer in a fraction of a second.
 */
import type { z } from 'zod'
import type { Engine, Scope, Tensor } from '../engine/engine.js'
import type { LogMelPort, PatchPort, Port, PortKind } from './ports.js'
import type { Bank, Clip, Count, Draws, Excerpt, LogMel, Pair, Patch, Recording, Waveform } from './values.js'

/** What an in-port takes. `Value` is what the work receives there. */
export interface Expectation<Value> {
  /**
   * Kind of port expected, the outermost first: `['patch']`, `['pair', 'patch']`. What ends at a container takes it
   * whatever it holds. Empty: any item, never lifted.
   */
  accepts: readonly PortKind[]
  /** Reads any draw-free node by clip instead of following the stream. */
  bank: boolean
  optional: boolean
  /** Never set; carries the type of the value. */
  readonly value?: Value
}

function expectation<Value>(...accepts: PortKind[]): Expectation<Value> {
  return { accepts, bank: false, optional: false }
}

export const clip = expectation<Clip>('clip')
export const waveform = expectation<Waveform>('waveform')
/** A whole clip's samples, read by range; fits an in-port that takes a waveform, too. */
export const recording = expectation<Recording>('recording')
export const excerpt = expectation<Excerpt>('excerpt')
export const label = expectation<Float32Array>('label')
export const levels = expectation<Float32Array>('levels')
export const logMel = expectation<LogMel>('logmel')
export const patch = expectation<Patch>('patch')
export const embedding = expectation<Tensor>('embedding')
/** Whatever arrives, taken whole (a pair stays a pair); inside others, whatever they hold: `batchOf(anyItem)`. */
export const anyItem = expectation<unknown>()
/** A pair taken as a whole by a stage that knows pairs; a stage that names the inner kind alone is lifted instead. */
export function pair<Value>(of: Expectation<Value>): Expectation<Pair<Value>> {
  return { ...of, accepts: ['pair', ...of.accepts], value: undefined }
}
/** All channels of a separation or the stems of a scene, by a stage that knows them; one that names the inner kind is lifted. */
export function channels<Value>(of: Expectation<Value>): Expectation<readonly Value[]> {
  return { ...of, accepts: ['channels', ...of.accepts], value: undefined }
}
export function batchOf<Value>(
  of: Expectation<Value>,
): Expectation<Value extends Pair<infer _> ? Pair<Tensor> : Tensor> {
  return { ...of, accepts: ['batch', ...of.accepts], value: undefined }
}
export function bank<Value>(of: Expectation<Value>): Expectation<Bank<Value>> {
  return { ...of, bank: true, value: undefined }
}
/** May be left out; the work then gets `undefined`. */
export function optional<Value>(of: Expectation<Value>): Expectation<Value | undefined> {
  return { ...of, optional: true, value: undefined }
}

export type Ins = Record<string, Expectation<unknown>>
export type PortsOf<I extends Ins> = { [Name in keyof I]: Port }
export type ValuesOf<I extends Ins> = { [Name in keyof I]: I[Name] extends Expectation<infer Value> ? Value : never }

/** A parameter that the arriving ports make impossible: shown at the parameter's own line. */
export class ParameterProblem extends Error {
  constructor(
    readonly parameter: string,
    message: string,
  ) {
    super(message)
  }
}

interface Shared<P extends z.ZodObject, I extends Ins> {
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
  out: (ports: PortsOf<I>, parameters: z.output<P>) => Port
}

/** Decides which clips come, in which order. */
export interface SourceStage<P extends z.ZodObject = z.ZodObject> extends Shared<P, Record<never, never>> {
  place: 'source'
  /** The clips of one epoch in order; `weights` are durations in seconds, by clip. */
  order: (
    parameters: z.output<P>,
  ) => (clips: { clips: readonly Clip[]; durations: () => readonly number[]; rng: Draws }) => Clip[]
}

/** A file that a parameter names, and the hash of its content. */
export interface NamedFile {
  /** Absolute. */
  file: string
  hash: string
}

/** Works on one item at a time, in the worker pool. */
export interface ItemStage<P extends z.ZodObject = z.ZodObject, I extends Ins = Ins> extends Shared<P, I> {
  place: 'item'
  /** Uses random draws: never cached, and left out when a trained encoder embeds. */
  draws?: boolean
  /**
   * Its result is kept in the feature cache on disk: log-mel spectrograms, recordings, levels, or channels of these. The
   * work gives a FeatureStream, one a channel, or the numbers of the levels.
   */
  cached?: boolean
  /**
   * Parameters, lists of texts, that name files which the work reads, and how one is found by its absolute path; undefined
   * as long as it is not there. Relative paths count from the file in which they stand, or from here on the command line.
   * The work gets what was found; the keys of the feature cache hang on the hashes, not on where the files lie.
   */
  files?: Readonly<Record<string, (named: string) => NamedFile | undefined>>
  work: (
    parameters: z.output<P>,
    ports: PortsOf<I> & { out: Port },
  ) => (item: ValuesOf<I> & { clip: Clip; rng: Draws; count: Count }) => unknown
}

/** Gathers items. The runtime does the gathering: the stage only says how many. */
export interface BatchStage<P extends z.ZodObject = z.ZodObject, I extends Ins = Ins> extends Shared<P, I> {
  place: 'batch'
}

export interface PassOptions {
  training: boolean
  /** Told what an encoder makes on its way, by the names of its weights (`block2`): layers that can be exported. */
  layer?: (name: string, value: Tensor) => void
}

/** Works on batches with TensorFlow, in the trainer's thread, on the gradient tape. */
export interface TensorStage<P extends z.ZodObject = z.ZodObject, I extends Ins = Ins> extends Shared<P, I> {
  place: 'tensor'
  role: 'encoder' | 'separator' | 'head' | 'loss'
  /** Makes the weights once; the result is called at each step. */
  build: (
    parameters: z.output<P>,
    ports: PortsOf<I> & { out: Port },
  ) => (engine: Engine, scope: Scope) => (inputs: ValuesOf<I>, options: PassOptions) => Tensor | Pair<Tensor>
}

export type Stage = SourceStage | ItemStage | BatchStage | TensorStage

/** Marks a file's default export as a stage; exists for the types. */
export function describeStage<P extends z.ZodObject>(stage: SourceStage<P>): Stage
export function describeStage<P extends z.ZodObject, I extends Ins>(
  stage: ItemStage<P, I> | BatchStage<P, I> | TensorStage<P, I>,
): Stage
export function describeStage(stage: unknown): Stage {
  return stage as Stage
}

export type { LogMelPort, PatchPort }
