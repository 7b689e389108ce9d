/** How recordings are cut into windows, as data set files and configs say it. Loads no decoder. */
import { z } from 'zod'
import { duration } from '../quantities.js'

/** What data set files and configs say alike. */
export const windowSettings = {
  segment: duration({ min: 0.05, max: 3600 })
    .optional()
    .describe('recordings are cut into windows of this length, each a clip of its own'),
  hop: duration({ min: 0.01, max: 3600 }).optional().describe('from one window to the next; segment if absent'),
  overlap: z
    .number()
    .min(0.001)
    .max(1)
    .optional()
    .describe('share of an annotation, or of the window where that is shorter, that makes it count; 0.5 if absent'),
  none: z
    .string()
    .min(1)
    .optional()
    .describe('label of windows in annotated recordings that hold no annotation; without a label if absent'),
}
