/** What a config may say beside its graph: which sounds, how to train, how far streams may run ahead. */
import { z } from 'zod'
import { Problem, Problems } from '../data/problem.js'
import { optimiserSettings, scheduleSettings } from '../engine/optimisers/settings.js'
import type { CheckedGraph } from '../graphs/language/checked.js'
import type { Document } from '../graphs/language/document.js'
import { type Edit, readGraph } from '../graphs/language/read-graph.js'
import type { Stage } from '../stages/contract.js'

const data = z.strictObject({
  set: z.string().describe('a data set file (data/sets/*.yaml), a folder of sounds, a CSV/TSV table or one file'),
})

const watch = z.strictObject({
  set: z.string().describe('labelled sounds to develop on, as data.set; never those that results are reported on'),
  label: z.string().describe('column of the classes'),
  group: z.string().optional().describe('column of what is held out whole: kit, speaker; the clip itself if absent'),
  every: z.int().min(1).default(200).describe('steps between evaluations; the last step is one'),
  node: z.string().optional().describe('encoder or head whose output is looked at; the first encoder if absent'),
  k: z
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .describe('neighbours that vote; a third of the patches of a mean class if absent, at most 200'),
})

const train = z
  .strictObject({
    steps: z.int().min(1).describe('training steps, one batch each'),
    seed: z.int().min(0).default(0).describe('every random draw of the run hangs on it'),
    threads: z.int().min(1).max(256).default(2).describe('threads of TensorFlow; another number gives other last bits'),
    precision: z.enum(['float32', 'bfloat16']).default('float32').describe('of activations; weights stay float32'),
    optimiser: optimiserSettings,
    schedule: scheduleSettings,
    chunk: z
      .int()
      .min(1)
      .optional()
      .describe('clips that encoders work on at once, by gradient caching: memory of so many, loss of the whole batch'),
    'log-every': z.int().min(1).default(10).describe('steps between lines of metrics.jsonl'),
    checkpoints: z
      .strictObject({
        every: z.int().min(1).default(200).describe('steps between checkpoints'),
        keep: z.int().min(1).default(3).describe('newest checkpoints that stay; older ones are deleted'),
        best: z.boolean().default(false).describe('keeps the best by kNN of train.watch as well, as RUN@best'),
      })
      .prefault({}),
    watch: watch.optional(),
    'bad-clips': z
      .number()
      .min(0)
      .max(1)
      .default(0.1)
      .describe('share of unusable clips above which nothing is trained'),
    calibration: z
      .int()
      .min(0)
      .default(30)
      .describe('batches that set the batch-norm statistics of the untrained encoder, the ruler of probes'),
  })
  .refine(({ checkpoints, watch }) => !checkpoints.best || watch !== undefined, {
    path: ['checkpoints', 'best'],
    message: 'the best checkpoint is chosen by train.watch, which is not there',
  })

const streams = z.strictObject({
  window: z.int().min(1).optional().describe('clips alive between source and trainer; three batches by default'),
  workers: z.int().min(1).max(64).optional().describe('worker threads for decoding and views; cores - 1 by default'),
})

/** The sections that stand beside `nodes` in a config. */
export const sections = { data: data.optional(), train: train.optional(), streams: streams.prefault({}) }

export type TrainSettings = z.output<typeof train>
export type WatchSettings = z.output<typeof watch>

/** A config that can be trained. */
export interface Config {
  name: string
  graph: CheckedGraph
  stages: ReadonlyMap<string, Stage>
  data: z.output<typeof data>
  train: TrainSettings
  streams: z.output<typeof streams>
  document: Document<typeof sections>
}

/**
 * @param edits overrides, as `--set`, `--without` and `--swap` take them
 * @throws Problems, all of them at once
 */
export async function readConfig(file: string, edits: readonly Edit[] = []): Promise<Config> {
  const { graph, document, problems, stages } = await readGraph(file, { edits, sections })
  if (problems.length > 0 || !graph || !document) throw new Problems(problems)
  const { data, train, streams } = document.sections
  const missing = data ? (train ? undefined : 'train') : 'data'
  if (!data || !train || missing) {
    throw new Problem('not-a-config', `${file} has no '${missing}': it is a graph, not a config that can be trained.`, {
      hint: `Write a config that says \`extends: ${file}\` and adds data and train, as configs/quickstart.yaml does.`,
    })
  }
  return { name: document.name, graph, stages, data, train, streams: streams!, document }
}
