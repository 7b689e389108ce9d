/** Settings that several verbs take. */
import { z } from 'zod'
import { windowSettings } from '../../data/annotations/window-settings.js'
import { duration } from '../../data/quantities.js'
import { argument, text } from './option-kinds.js'

export const hop = duration({ min: 0.001, max: 3600 })
  .prefault('0.48 s')
  .describe('time from one patch to the next')
  .meta({ value: 'duration' })

export const segment = windowSettings.segment.meta({ value: 'duration' })

export const annotations = z
  .array(z.string())
  .optional()
  .describe(
    'of Raven, Audacity, BirdNET, or tables with start and end: these stretches, or with --segment their labels',
  )
  .meta({ value: 'files' })

export const workers = z
  .int()
  .min(1)
  .optional()
  .describe('worker threads for decoding; as many as cores if not given')
  .meta({ value: 'count' })

export const sounds = argument('<sounds>', 'audio file, folder, CSV/TSV table or data set file (data/sets/*.yaml)')

export const layer = text('node', 'encoder, if the graph has several')

export const group = text('column', 'resample whole groups (speaker, kit, site) for the intervals; else clips')

export const json = z.boolean().optional().describe('say what was done as JSON, and what went wrong')
