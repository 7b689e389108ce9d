/** What the in-ports of a stage take: `in: { from: batchOf(patch) }`. */
import type { Tensor } from '../engine/engine.js'
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
import type { Bank, Clip, Excerpt, LogMel, Pair, Patch, Recording, Views, Waveform } from './values.js'

/** A kind of port; `views`: a pair or channels; `patches`: a patch of any number of channels, where `patch` has one. */
export type Accepted = PortKind | 'views' | 'patches'

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
  /** What to do where one alone arrives in place of channels of it. */
  alone?: string | undefined
  /** Patches as a stage that `cuts` gives them, before anything is done to them. */
  asCut?: true
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
/** A patch of one channel or of several, by a stage that knows both. */
export const anyPatch = expectation<Patch, PatchPort>('patches')
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
/**
 * All channels of a separation or the stems of a scene, by a stage that knows them; one that names the inner kind is lifted.
 *
 * @param alone what to do where one alone arrives, for whoever wrote the graph
 */
export function channels<Value, P extends Port>(
  of: Expectation<Value, P>,
  alone?: string,
): Expectation<readonly Value[], ChannelsPort<P>> {
  return { ...within('channels', of), alone }
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

/** Patches whose place in their spectrogram is known. */
export function asCut<Value, P>(of: Expectation<Value, P>): Expectation<Value, P> {
  return { ...of, asCut: true }
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
