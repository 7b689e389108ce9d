/** What a classification is asked for, and what it gives. */
import { z } from 'zod'
import { annotations, group, hop, layer, segment, workers } from '../../configuration/options.js'
import type { ClassFigures } from './class-figures.js'

export const classifyOptions = z.strictObject({ hop, segment, annotations, layer, group, workers })

export interface ClassifyOptions extends z.output<typeof classifyOptions> {
  /** Run folder (its newest checkpoint), RUN@best or a checkpoint. */
  run: string
  /** Data set file, folder, table or audio file. */
  sounds: string
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
