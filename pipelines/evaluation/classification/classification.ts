/** What a classification is asked for, and what it gives. */
import type { ClassFigures } from './class-figures.js'

export interface ClassifyOptions {
  /** Run folder (its newest checkpoint), RUN@best or a checkpoint. */
  run: string
  /** Data set file, folder, table or audio file. */
  sounds: string
  /** Seconds from one patch to the next. */
  hop: number
  /** Seconds of the windows that recordings are cut into. */
  segment?: number | undefined
  /** Files or folders. */
  annotations?: readonly string[] | undefined
  /** Label column of what is resampled whole, for the intervals; each clip by itself if absent. */
  group?: string | undefined
  layer?: string | undefined
  workers?: number | undefined
  /** Folder of the feature cache. */
  cache: string
  signal?: AbortSignal | undefined
}

export interface Classification extends Partial<ClassFigures> {
  recipe: 'earshot-classification/1'
  run: string
  sounds: string
  checkpoint: { step: number; sha256: string; graphHash: string; encoder: string }
  classifier: { node: string; column: string; classes: readonly string[]; outputs: string }
  settings: { hop: number; group?: string | undefined; pooling: 'mean of patch probabilities' }
  clips: number
  patches: number
  /** Clips with one of the classes: on these the figures are. */
  labelled: number
  /** Clips that cannot be read. */
  left: { clip: string; reason: string }[]
  /** `top` is the likeliest class. */
  byClip: { clip: string; label?: string | undefined; top: string; probability: number; group?: string | undefined }[]
}
