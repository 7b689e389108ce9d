/** What a study of validation splits is asked: `configs/proxy/*.yaml`. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { Problem } from '../../../data/problem.js'
import { checkedSettings } from '../../../data/settings-file.js'
import { METHODS } from '../split-set.js'

const once = (names: readonly string[]) => new Set(names).size === names.length
const TWICE = 'names one of them twice'

export const proxySchema = z.strictObject({
  embeddings: z
    .array(z.string())
    .min(1)
    .refine(once, TWICE)
    .describe('Arrow files of the same clips; the first one, its baselines beside it, and the others are compared'),
  label: z.string().describe('column of the classes'),
  group: z.string().describe('column of the groups: whole ones are held out'),
  'held-out': z.int().min(2).max(20).default(3).describe('parts of the groups; each is held out once in a repeat'),
  repeats: z.int().min(1).max(1000).default(8).describe('times that the groups are dealt anew'),
  validation: z.number().min(0.05).max(0.5).default(0.2).describe('share of the other clips that validates'),
  methods: z
    .array(z.enum(METHODS))
    .min(1)
    .refine(once, TWICE)
    .default([...METHODS])
    .describe('ways to choose the validation clips; the others are compared with the first'),
  classifiers: z
    .array(z.enum(['logistic-regression', 'knn', 'mlp', 'centroid']))
    .min(1)
    .refine(once, TWICE)
    .default(['logistic-regression', 'knn', 'centroid'])
    .describe('each with all its settings: the models that are to be told apart'),
  seed: z.int().min(0).default(0),
})

export type ProxySettings = z.output<typeof proxySchema>

/**
 * @param embeddings in place of those that the file names
 * @throws Problem `no-config`; Problems `bad-study`, all at once
 */
export function readProxySettings(file: string, embeddings: readonly string[] = []): ProxySettings {
  return checkedSettings(
    { file, text: textOf(file), schema: proxySchema },
    (message, place) => new Problem('bad-study', message, { place }),
    written => ({ ...(written ?? {}), ...(embeddings.length > 0 && { embeddings }) }),
  )
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new Problem('no-config', `${file} cannot be read (${(cause as NodeJS.ErrnoException).code}).`, {
      hint: 'Such a study: configs/proxy/drums.yaml.',
      cause,
    })
  }
}
