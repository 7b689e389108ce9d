/** Options of verbs: how they are described to the command line, and those that several verbs take. */
import { z } from 'zod'
import { ANNOTATION_FORMATS } from '../../data/annotations/annotation.js'
import { windowSettings } from '../../data/annotations/window-settings.js'
import { duration } from '../../data/quantities.js'

/** Any option that takes a value. @param value what stands behind the flag in the help: `-n <clips>` */
export const option = <Taken extends z.ZodType>(
  value: string,
  doc: string,
  taken: Taken,
  more: { short?: string } = {},
): Taken => taken.describe(doc).meta({ ...more, value })

/** One that takes a text, and may be left out. */
export const text = (value: string, doc: string, more: { short?: string } = {}) =>
  option(value, doc, z.string().optional(), more)

/** Any number of texts; none if not given. */
export const texts = (value: string, doc: string) => option(value, doc, z.array(z.string()).default([]))

/** A word without a flag: `<run>`, several (`<set...>`), or one that may be left out (`[config]`). */
export function argument(word: `<${string}...>`, doc: string): z.ZodArray<z.ZodString>
export function argument(word: `[${string}]`, doc: string): z.ZodOptional<z.ZodString>
export function argument(word: string, doc: string): z.ZodString
export function argument(word: string, doc: string): z.ZodType {
  const one = z.string()
  const words = word.startsWith('[') ? one.optional() : word.endsWith('...>') ? z.array(one) : one
  return words.describe(doc).meta({ argument: word })
}

/** Kinds of annotations to write; none if not given. */
export const formats = (doc: string) => option('names', doc, z.array(z.enum(ANNOTATION_FORMATS)).default([]))

export const hop = option(
  'duration',
  'time from one patch to the next',
  duration({ min: 0.001, max: 3600 }).prefault('0.48 s'),
)

export const segment = windowSettings.segment.meta({ value: 'duration' })

export const annotations = option(
  'files',
  'of Raven, Audacity, BirdNET, or tables with start and end: these stretches, or with --segment their labels',
  z.array(z.string()).optional(),
)

export const workers = option(
  'count',
  'worker threads for decoding; as many as cores if not given',
  z.int().min(1).optional(),
)

export const sounds = argument('<sounds>', 'audio file, folder, CSV/TSV table or data set file (data/sets/*.yaml)')

export const layer = text('node', 'encoder, if the graph has several')

export const group = text('column', 'resample whole groups (speaker, kit, site) for the intervals; else clips')

export const json = z.boolean().optional().describe('say what was done as JSON, and what went wrong')
