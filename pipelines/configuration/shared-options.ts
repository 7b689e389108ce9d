/** Settings that several verbs take. */
import { z } from 'zod'
import { windowSettings } from '../../data/annotations/window-settings.js'
import { duration } from '../../data/quantities.js'

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

export const sounds = z
  .string()
  .describe('audio file, folder, CSV/TSV table or data set file (data/sets/*.yaml)')
  .meta({ argument: '<sounds>' })

export const layer = z.string().optional().describe('encoder, if the graph has several').meta({ value: 'node' })

export const group = z
  .string()
  .optional()
  .describe('resample whole groups (speaker, kit, site) for the intervals; else clips')
  .meta({ value: 'column' })

export const json = z.boolean().optional().describe('say what was done as JSON, and what went wrong')
