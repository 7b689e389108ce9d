/** What the port types of ports.ts look like at run time, between per-item stages. */
import type { ListedClip } from '../data/manifests/clip-list.js'
import type { Lane } from './ports.js'

/** One recording, or a stretch of one, as a list names it; draws and joins go by its `id`. */
export type Clip = ListedClip

/** Mono audio at a known rate, read block by block: nothing holds a long file whole. */
export interface Waveform {
  rate: number
  /** Fresh iteration from the start at each call; blocks of any length, in order. */
  blocks(): AsyncIterable<Float32Array>
  /** Length of the sound itself, before it is repeated to fill a patch; known once the blocks have been read. */
  seconds?: () => number | undefined
  /** What is odd about the file; known once the blocks have been read. */
  notes?: () => readonly string[]
}

/** A whole clip's samples at one rate, read by range; a waveform besides. */
export interface Recording extends Waveform {
  samples: number
  /** Copies `count` samples from sample `start`. @throws RangeError outside the clip */
  read(start: number, count: number): Float32Array
}

/** Samples of fixed number. */
export type Excerpt = Float32Array

/** Log10 power mel frames of a whole clip, row-major frames x bands, read by range. */
export interface LogMel {
  frames: number
  bands: number
  /** Copies `count` frames from frame `start`. @throws RangeError outside the clip */
  read(start: number, count: number): Float32Array
}

/**
 * What the work of a cached stage gives, on its way to disk: frames of `bands` numbers each. A recording has 1 band, and
 * its frames are samples. A stage of several channels gives one stream a channel, or all channels one after the other
 * in one stream; levels are given as their numbers alone.
 */
export interface FeatureStream {
  bands: number
  /** Each block is whole frames, row-major frames x bands. */
  blocks(): AsyncIterable<Float32Array>
  /** Length of the sound itself in seconds; known once the blocks have been read. */
  seconds?: () => number | undefined
  /** What is odd about the clip's file; known once the blocks have been read. */
  notes?: () => readonly string[]
}

/** Row-major frames x bands, of several channels frames x bands x channels. */
export type Patch = Float32Array

export type Pair<Value> = Record<Lane, Value>

/** All views of a clip: two are a pair, more are a list. */
export type Views<Value> = Pair<Value> | readonly Value[]

/** What is drawn from a bank: not this clip, and of those that may come. */
export interface Draw {
  not: string
  rng: Rng
  where?: ((clip: Clip) => boolean) | undefined
}

/** Random access to what a draw-free node makes of any clip of the training set (a stage's `bank` port). */
export interface Bank<Value> {
  /**
   * `count` different clips drawn uniformly, none of them `not`, with the node's value for each; `where` says which
   * clips may come, all if absent.
   * @throws RangeError if the set is too small
   */
  draw(count: number, options: Draw): Promise<Value[]>
  /** The same, each with its clip. */
  drawn(count: number, options: Draw): Promise<{ clip: Clip; value: Value }[]>
  /** Mean and standard deviation over every number this node gave for the training clips. */
  statistics(): Statistics
}

export interface Statistics {
  mean: number
  deviation: number
}

/** A stream of random numbers; the same key gives the same stream on every machine. */
export interface Rng {
  /** Uniform in [low, high). */
  uniform(low?: number, high?: number): number
  /** Whole number, uniform in [low, high), as numpy's `integers`. @throws RangeError if there is none */
  integer(low: number, high: number): number
  /** Standard normal. */
  normal(): number
  /** Fills `target` with normal numbers of mean 0 and the given standard deviation; the quick way to many. */
  fillNormal(target: Float32Array, deviation: number): void
}

/** Opens the stream of a named draw: keyed by run seed, node, lane, epoch, clip and this name. */
export type Draws = (name: string) => Rng

/** Adds one to a counter of the node, which goes to `streams.jsonl`: `count('fallbacks')`. */
export type Count = (name: string) => void
