/** The settings of a sweep file. */

import { z } from 'zod'
import { nearestName } from '../../data/nearest-name.js'
import { duration, ends, memory } from '../../data/quantities.js'
import type { Edit } from '../../graphs/language/edits.js'
import { NAME, NAME_IN_WORDS } from '../../graphs/language/names.js'
import { hop } from '../configuration/options.js'
import { classifierNames, DEFAULT_CLASSIFIERS } from '../evaluation/probes/classifiers.js'
import { EXECUTORS } from '../jobs/executor.js'
import { slurmSettings } from '../jobs/slurm-settings.js'

const text = z.string().min(1)

const EDITS = ['set', 'without', 'swap']

const edit = z
  .unknown()
  .transform((given, context): Edit => {
    const [[word, value] = [], second] =
      typeof given === 'object' && given !== null ? Object.entries(given as Record<string, unknown>) : []
    if (word !== undefined && EDITS.includes(word) && typeof value === 'string' && !second) return given as Edit
    const near = word === undefined || EDITS.includes(word) ? undefined : nearestName(word, EDITS)
    const wrong = near === undefined ? '' : `there is no '${word}', did you mean '${near}'? An edit is one of`
    context.addIssue(
      `${wrong || 'expected one edit:'} { set: train.steps=600 }, { without: mixed } or { swap: encoder=resnet18 }`,
    )
    return z.NEVER
  })
  // what the JSON Schema says of it
  .meta({
    oneOf: EDITS.map(word => ({
      type: 'object',
      properties: { [word]: { type: 'string' } },
      required: [word],
      additionalProperties: false,
    })),
  })

const edits = z.array(edit)
const seeds = z
  .array(z.int().min(0))
  .min(1)
  .refine(list => new Set(list).size === list.length, 'a seed stands here twice')
const arm = z.union(
  [
    edits,
    z.strictObject({
      base: text.optional().describe('the config that this arm changes, in place of that of all'),
      edits: edits.default([]),
      seeds: seeds.optional(),
    }),
  ],
  {
    // mistakes further inside speak for themselves
    error: ({ input }) =>
      typeof input === 'object' && input !== null
        ? undefined
        : 'an arm is a list of edits ([] for none), or { base: other.yaml, edits: [...], seeds: [...] }',
  },
)
const numbers = ends(z.number())
const value = z.union([z.number(), z.string(), z.boolean()])
const values = z.array(z.union([value, z.array(value)])).min(1)

const draw = z.union([
  numbers,
  z.strictObject({ log: numbers.refine(([low]) => low > 0, 'a logarithmic draw needs ends above 0') }),
  z.strictObject({
    whole: ends(z.int()),
  }),
  z.strictObject({ of: values }),
])

const evaluation = z.strictObject({
  set: text
    .optional()
    .describe(
      'a labelled data set, as `embed` takes it; relative to the sweep file; what each fold holds out, with cross-fit',
    ),
  label: text.describe('column of the classes'),
  separator: text.optional().describe("what stands between the classes of a clip that may have several, ';' say"),
  group: text.optional().describe('whole groups of this column are held out and resampled (kit, voice, site)'),
  role: z
    .enum(['development', 'report'])
    .default('development')
    .describe('development: choices may be made on it; report: looked at when they have been made'),
  classifiers: z
    .array(z.enum([...classifierNames, 'own']))
    .min(1)
    .refine(names => names.length === 1 || !names.includes('own'), 'own stands alone: it learns nothing anew')
    .default([...DEFAULT_CLASSIFIERS])
    .describe('shallow classifiers that learn from the embeddings; or own, the one that the run itself has trained'),
  hop,
  baselines: z
    .enum(['against', 'all', 'none'])
    .default('against')
    .describe('whose untrained encoder and log-mel statistics are probed as well'),
})

const someArms = z.array(text).min(1)
const claim = z.strictObject({
  better: z.union([text, someArms]).describe('an arm, or several: their mean'),
  than: z
    .union([text, someArms, z.strictObject({ best: someArms, by: text })])
    .describe('an arm, several: their mean, or { best: [...], by: the evaluation that chooses one of them }'),
  on: someArms.describe('evaluations that answer it'),
  smallest: z
    .number()
    .gt(0)
    .optional()
    .describe('the smallest difference worth knowing: a share (0.03 is 3 points), of the log-loss nats'),
})

const crossFit = z.strictObject({
  set: text.describe('labelled sounds, all of them; relative to the sweep file'),
  label: text.describe('column of the classes, which all folds have alike'),
  separator: text.optional().describe('between several classes of a clip'),
  group: text.describe('column of the groups that are held out whole (kit, voice)'),
  folds: z.int().min(2).max(64).default(4),
})

const budget = z.strictObject({
  'jobs-at-once': z.int().min(1).max(1024).default(1).describe('jobs that run side by side, here or in Slurm'),
  threads: z.int().min(1).max(256).optional().describe('train.threads of every job; that of the base if absent'),
  memory: memory.prefault('2 GB').describe('memory that must be free before another job is started'),
  time: duration({ min: 1, max: 3e6 }).optional().describe('a job that takes longer is ended and has failed'),
})

/** Behind -o, --output or --run. */
export const productOf = (words: readonly string[]): string | undefined =>
  words[words.findLastIndex(word => ['-o', '--output', '--run'].includes(word)) + 1 || words.length]

const before = z
  .array(text)
  .min(1)
  .refine(
    words => productOf(words) !== undefined,
    'expected a command that names what it makes: -o FOLDER, --run FOLDER',
  )

export const sweepSchema = z.strictObject({
  name: z
    .string()
    .regex(NAME, `expected ${NAME_IN_WORDS}`)
    .optional()
    .describe('of the sweep; that of the file if absent'),
  base: text.describe('the config that every arm changes, unless it names one of its own; relative to the sweep file'),
  before: z
    .array(before)
    .default([])
    .describe(
      'commands that make what the jobs need, word by word, as in [scenes, ../scenes/drums-pairs.yaml, -o, ../../scenes/drums-pairs]; run first, in the folder of the sweep file, unless it is there',
    ),
  edits: edits.default([]).describe('changes that every arm begins with'),
  seeds: seeds.default([0]).describe('train.seed; each arm is trained once a seed'),
  arms: z.record(text, arm).default({}).describe('name: changes, in order'),
  grid: z.record(text, values).optional().describe('an arm for every combination of these values'),
  random: z
    .strictObject({
      count: z.int().min(1).max(100_000).describe('arms to draw'),
      seed: z.int().min(0).default(0),
      draw: z.record(text, draw).describe('path: [low, high], { log: [low, high] }, { whole: [...] } or { of: [...] }'),
    })
    .optional()
    .describe('arms with drawn values'),
  against: text.optional().describe('arm that differences are taken to; the first if absent'),
  'cross-fit': crossFit
    .optional()
    .describe(
      'each arm and seed is trained once a fold, on the groups of the others, so that evaluations without a set of their own test every group once',
    ),
  evaluate: z.record(text, evaluation).default({}).describe('name: labelled sounds that every run is probed on'),
  claims: z.record(text, claim).default({}).describe('what the sweep is to decide: holds, fails, or not resolved'),
  pilot: text
    .optional()
    .describe('results.json of an earlier sweep with as many groups: its variance says what the claims can expect'),
  budget: budget.prefault({}),
  executor: z.enum(EXECUTORS).default('local').describe('where jobs run: on this machine, or as arrays of Slurm'),
  slurm: slurmSettings.prefault({}),
})

export type Written = z.output<typeof sweepSchema>
export type CrossFit = z.output<typeof crossFit>

/** Judged on its set, or on what each fold of that set holds out. */
export interface Evaluation extends Omit<z.output<typeof evaluation>, 'set'> {
  set: string
  heldOut?: boolean | undefined
}
export type Claim = z.output<typeof claim>
export type Budget = z.output<typeof budget>
