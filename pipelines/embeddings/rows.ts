/** What is read of an encoder, and what becomes of the patches of a clip: rows of the file, at one level. */
import type { ReadoutPlan } from '../../graphs/readout/plan.js'
import type { Level } from './embed-options.js'
import type { EncodedPatch, EncoderOutput } from './encode.js'

/** Seconds from the start of the clip. */
export interface Row {
  start: number
  end: number
  embedding: Float32Array
  /** Of a clip with fewer frames than parts. */
  crowded?: boolean
}

export interface Lengths {
  /** Seconds of the clip, of a patch, and of a frame of the front end (a sample, where the encoder hears sound). */
  clip: number
  patch: number
  frame: number
  /** Frames in which sound is, of so many from the first. */
  sounding(frames: number): readonly [from: number, to: number]
}

/** Takes patch after patch, clip after clip; gives the rows that are ready. */
export type Rows = (patch: EncodedPatch, lengths: Lengths) => Row[]

export interface Reading {
  output: EncoderOutput
  dimensions(level: Level): number
  rows(level: Level): Rows
  /** None of the encoder's own embeddings. */
  plan: ReadoutPlan | undefined
  /** Of the file: layer, pooling, readout. */
  metadata: Record<string, string>
}

/** The encoder's own embeddings, or a layer's: a row a patch, or the mean of a clip's patches. */
export function plainRows(level: 'clip' | 'patch', size: number): Rows {
  const mean = new RunningMean(size)
  return ({ start, last, values }, { clip, patch }) => {
    if (level === 'patch') return [{ start, end: Math.min(start + patch, clip), embedding: values }]
    mean.add(values)
    return last ? [{ start: 0, end: clip, embedding: mean.take() }] : []
  }
}

/** Mean of the embeddings of a clip's patches, taken as they come. */
class RunningMean {
  readonly #sum: Float64Array
  #count = 0

  constructor(size: number) {
    this.#sum = new Float64Array(size)
  }

  add(embedding: Float32Array): void {
    for (let at = 0; at < embedding.length; at++) this.#sum[at]! += embedding[at]!
    this.#count++
  }

  /** The mean; starts anew. */
  take(): Float32Array {
    const mean = Float32Array.from(this.#sum, value => value / this.#count)
    this.#sum.fill(0)
    this.#count = 0
    return mean
  }
}
