/** What detection is asked for, and what the package gives of it. */
import { z } from 'zod'
import { duration } from '../../../data/quantities.js'
import { annotations, group, option, segment, text, workers } from '../../configuration/options.js'
import type { ClassifyOptions } from '../classification/classification.js'

export const detectOptions = z.strictObject({
  tune: text(
    'sounds',
    'annotated sounds that choose the threshold of each class (SGL-Thresh) and the median; never those that are judged',
  ),
  hop: option(
    'duration',
    'time from one patch to the next; a quarter of a patch if not given',
    duration({ min: 0.001, max: 3600 }).optional(),
  ),
  segment,
  annotations,
  group,
  workers,
})

export interface HearOptions extends Pick<ClassifyOptions, 'segment' | 'annotations' | 'workers' | 'cache' | 'signal'> {
  /** Seconds from one patch to the next; a quarter of a patch if absent. */
  hop?: number | undefined
}

export interface DetectOptions extends z.output<typeof detectOptions>, Pick<HearOptions, 'cache' | 'signal'> {
  /** Run folder, RUN@best or a checkpoint. */
  run: string
  sounds: string
}

export interface Detected {
  step: number
  classes: readonly string[]
  /** Probability from which each class counts as heard. */
  thresholds: readonly number[]
  /** Seconds from the start of the file; the score is the mean probability over the event. */
  events: { path: string; start: number; end: number; label: string; score: number }[]
}
