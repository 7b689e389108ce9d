/** What becomes of the patches of a clip: rows of the file, at one level. */
import { ClipReadout, framesOf } from '../../graphs/readout/clip-readout.js'
import { applyFitted, type Fitted } from '../../graphs/readout/fit.js'
import type { ReadoutPlan } from '../../graphs/readout/plan.js'
import type { EmbedOptions } from './embed-options.js'
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

/** What a readout makes of the layers. */
export function readoutRows(level: EmbedOptions['level'], plan: ReadoutPlan): Rows {
  let reading: ClipReadout | undefined
  return ({ start, starts, number, last, values }, { clip, patch }) => {
    const patches = { starts, length: patch, sound: clip }
    if (level === 'frame')
      return framesOf(plan, patches, number, values).map(frame => ({
        start: start + frame.start,
        end: Math.min(start + frame.start + frame.seconds, clip),
        embedding: frame.embedding,
      }))
    if (level === 'patch') {
      const alone = new ClipReadout(plan, { starts: [start], length: patch, sound: clip })
      alone.add(0, values)
      return [{ start, end: Math.min(start + patch, clip), embedding: alone.take() }]
    }
    reading ??= new ClipReadout(plan, patches)
    reading.add(number, values)
    if (!last) return []
    const embedding = reading.take()
    reading = undefined
    return [{ start: 0, end: clip, embedding }]
  }
}

/** Rows after the step that was fitted to training clips. */
export function fittedRows(rows: Rows, fitted: Fitted): Rows {
  return (patch, lengths) =>
    rows(patch, lengths).map(row => ({ ...row, embedding: applyFitted(fitted, row.embedding) }))
}
