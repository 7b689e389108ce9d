/**
 * How an encoder is read out: which of its layers, how much of their frequency and time is kept. What training has made
 * and what embeddings show of it are two things.
 */
import { z } from 'zod'

/** Readouts that have a name. `plain` is the encoder's own embedding, the mean over patches. */
const PRESETS = {
  plain: undefined,
  /** Frequency kept; maxima over the whole clip, not the mean of those of patches. */
  bands: { layers: 1, bands: 'all', time: ['mean', 'max'], parts: 1 },
  /** And beside it what the encoder takes, which keeps pitch. */
  'bands+input': { layers: 1, input: true, bands: 'all', time: ['mean', 'max'], parts: 1 },
  /** Three layers; what is there, and how much it changes. */
  layers: { layers: 3, bands: 'up to 8', time: ['mean', 'std'], parts: 1 },
  /** Two layers and what they are made of; what is there, how much it changes, and its height. */
  broad: { layers: 2, input: true, bands: 'up to 8', time: ['mean', 'std', 'max'], parts: 1 },
  /** Three layers; what comes when. */
  thirds: { layers: 3, bands: 'up to 8', time: ['mean'], parts: 3 },
} as const satisfies Record<string, Readout | undefined>

type Preset = keyof typeof PRESETS

/** What `default` stands for: on development sets it loses nowhere, and no larger one gains clearly more (bench/README.md). */
const DEFAULT: Preset = 'bands+input'

export const READOUT_NAMES = ['default', 'plain', 'bands', 'bands+input', 'layers', 'broad', 'thirds'] as const

const statistic = z
  .string()
  .regex(/^(mean|max|std|p(\d{1,2}(\.\d+)?|100))$/, 'expected mean, max, std, or a percentile such as p10 or p90')

const own = {
  layers: z
    .union([z.int().min(1).max(64), z.array(z.string().min(1)).min(1)])
    .optional()
    .describe('names of layers of the encoder (block2), or how many of its last ones; the last one if not said'),
  bands: z
    .union([
      z.literal('all'),
      z.int().min(1).max(512),
      z.string().regex(/^up to [1-9]\d{0,2}$/, 'expected a number, all, or "up to" and a number'),
    ])
    .optional()
    .describe(
      'frequency is kept as a layer has it, or averaged to so many bands where it has more; "up to 8" takes what ' +
        'divides its bands; all if not said',
    ),
  input: z
    .boolean()
    .optional()
    .describe(
      'beside the layers the patches that the encoder takes, with all their bands: pitch is kept; false if not said',
    ),
  time: z
    .array(statistic)
    .min(1)
    .refine(names => new Set(names).size === names.length, 'a statistic stands there twice')
    .optional()
    .describe('over the time of a clip: mean, max, std, percentiles such as p10; mean and max if not said'),
  parts: z
    .int()
    .min(1)
    .max(64)
    .optional()
    .describe('equal parts of the clip, in order, that have statistics of their own; 1 if not said'),
  fit: z
    .union([
      z.literal('standardise'),
      z.strictObject({ whiten: z.int().min(1).max(4096).describe('numbers that leave') }),
    ])
    .optional()
    .describe('a last step, fitted to unlabelled training clips when training ends: standardise, or { whiten: 128 }'),
}

/** The section `readout` of a document; `--readout` takes the same as a map. */
export const readoutSettings = z
  .strictObject({
    preset: z.enum(READOUT_NAMES).optional().describe('a readout by its name, which the other settings change'),
    ...own,
  })
  .refine(({ preset, ...given }) => preset !== 'plain' || Object.values(given).every(value => value === undefined), {
    path: ['preset'],
    message: "plain is the encoder's own embedding, which has no settings",
  })

export type ReadoutSettings = z.output<typeof readoutSettings>

export interface Readout {
  layers: number | readonly string[]
  /** How many; `all`, or `up to N`. */
  bands: number | string
  /** Beside the layers the patches that they are made of, as `input` among `layers`. */
  input?: boolean
  time: readonly string[]
  parts: number
  fit?: 'standardise' | { whiten: number }
}

/** What a new run is read out by: what its config says, by name where it says `default` or nothing. */
export function settled(settings: ReadoutSettings | undefined): ReadoutSettings {
  return settings === undefined || settings.preset === 'default' ? { ...settings, preset: DEFAULT } : settings
}

/** What settings mean; undefined is the encoder's own embedding, and so is what says nothing: a checkpoint of old. */
export function readoutOf(settings: ReadoutSettings | undefined): Readout | undefined {
  const { preset = 'plain', ...given } = settings ?? {}
  const changes = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  const named = PRESETS[preset === 'default' ? DEFAULT : preset]
  return named || Object.keys(changes).length > 0 ? { ...PRESETS.bands, ...named, ...changes } : undefined
}
