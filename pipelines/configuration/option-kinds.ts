/** What most options of verbs are: texts, and the words that stand without a flag. */
import { z } from 'zod'
import { ANNOTATION_FORMATS } from '../../data/annotations/annotation.js'

/** @param value what stands behind the flag in the help: `-o <file>` */
export const text = (value: string, doc: string, more: { short?: string } = {}) =>
  z
    .string()
    .optional()
    .describe(doc)
    .meta({ ...more, value })

/** Any number of them; none if not given. @param value what stands behind the flag */
export const texts = (value: string, doc: string) => z.array(z.string()).default([]).describe(doc).meta({ value })

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
export const formats = (doc: string) =>
  z.array(z.enum(ANNOTATION_FORMATS)).default([]).describe(doc).meta({ value: 'names' })
