/** What detection is asked for, and what the package gives of it. */
import type { ClassifyOptions } from '../classification/classification.js'

export interface HearOptions extends Pick<ClassifyOptions, 'segment' | 'annotations' | 'workers' | 'cache' | 'signal'> {
  /** Seconds from one patch to the next; a quarter of a patch if absent. */
  hop?: number | undefined
}

export interface DetectOptions extends HearOptions {
  /** Run folder, RUN@best or a checkpoint. */
  run: string
  sounds: string
  /** Annotated sounds by which thresholds and the median are chosen; 0.5 and none if absent. */
  tune?: string | undefined
  /** Label column of what is resampled whole. */
  group?: string | undefined
}

export interface Detected {
  step: number
  classes: readonly string[]
  /** Probability from which each class counts as heard. */
  thresholds: readonly number[]
  /** Seconds from the start of the file; the score is the mean probability over the event. */
  events: { path: string; start: number; end: number; label: string; score: number }[]
}
