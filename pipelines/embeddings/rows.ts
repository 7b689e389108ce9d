/** What becomes of the patches of a clip: rows of the file, at one level. */
import type { EncodedPatch } from './encode.js'
import { RunningMean } from './running-mean.js'

/** Seconds from the start of the clip. */
export interface Row {
  start: number
  end: number
  embedding: Float32Array
}

/** Of a clip and of a patch, seconds. */
export interface Lengths {
  clip: number
  patch: number
}

/** Takes patch after patch, clip after clip; gives the rows that are ready. */
export type Rows = (patch: EncodedPatch, lengths: Lengths) => Row[]

/** The encoder's own embeddings, or a layer's: a row a patch, or the mean of a clip's patches. */
export function plainRows(level: 'clip' | 'patch', size: number): Rows {
  const mean = new RunningMean(size)
  return ({ start, last, values }, { clip, patch }) => {
    if (level === 'patch') return [{ start, end: Math.min(start + patch, clip), embedding: values }]
    mean.add(values)
    return last ? [{ start: 0, end: clip, embedding: mean.take() }] : []
  }
}
