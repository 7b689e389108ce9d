/** What a config may say beside its graph: which sounds, how to train, how far streams may run ahead. */

import { z } from 'zod'
import { windowSettings } from '../../data/annotations/window-settings.js'
import { optimiserSettings, scheduleSettings } from '../../engine/optimisers/settings.js'
import { checkpointName, fileName } from '../../graphs/language/files.js'
import { readoutSettings } from '../../graphs/readout/settings.js'
import { hop } from './options.js'

const share = z.number().min(0).max(1)

const labels = z
  .strictObject({
    column: z.string().min(1).default('label').describe('label column that is changed'),
    separator: z.string().min(1).optional().describe('between several labels of a clip'),
    keep: share.optional().describe('share of the labelled clips to train on, the same of every class'),
    rest: z
      .enum(['leave-out', 'unlabelled'])
      .optional()
      .describe('of the clips beyond that share: left out, as if not said, or trained on without their label'),
    flip: share.default(0).describe('share of the clips that get another class of the set'),
    outside: share.default(0).describe('share of the clips whose sound gives way to one of outside-set'),
    'outside-set': fileName('sounds of none of the classes, as data.set').optional(),
    drop: share.default(0).describe('share of all labels that are dropped, of clips that have several'),
    seed: z.int().min(0).default(0).describe('decides which clips are meant'),
  })
  .refine(one => one.outside === 0 || one['outside-set'] !== undefined, {
    path: ['outside'],
    message: 'sounds from outside need a set that they come from: outside-set',
  })
  .refine(({ drop, separator }) => drop === 0 || separator !== undefined, {
    path: ['drop'],
    message: 'labels are dropped where a clip has several: write their separator',
  })
  .refine(({ flip, outside }) => flip + outside <= 1, {
    path: ['flip'],
    message: 'flip and outside mean different clips: together 1 at most',
  })

const data = z.strictObject({
  set: fileName('a data set file (data/sets/*.yaml), a folder of sounds, a CSV/TSV table, annotations or one file'),
  annotations: z
    .union([fileName('one file or folder'), z.array(fileName('files or folders')).min(1)])
    .optional()
    .describe(
      'of Raven, Audacity, BirdNET, or tables with start and end: the stretches to train on, or labels of windows',
    ),
  ...windowSettings,
  labels: labels.optional().describe('a part of the labels, or label noise at a known rate, for studies'),
})

const watch = z.strictObject({
  set: fileName('labelled sounds to develop on, as data.set; never those that results are reported on'),
  label: z.string().describe('column of the classes'),
  group: z.string().optional().describe('column of what is held out whole: kit, speaker; the clip itself if absent'),
  every: z.int().min(1).default(200).describe('steps between evaluations; the last step is one'),
  node: z
    .string()
    .optional()
    .describe(
      'encoder or head whose output is looked at; a classifier is judged by its own scores; the first encoder if absent',
    ),
  patience: z
    .int()
    .min(1)
    .optional()
    .describe('evaluations without a better one after which training ends; to the last step if absent'),
  k: z
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .describe('neighbours that vote; a third of the patches of a mean class if absent, at most 200'),
})

const evaluate = z.strictObject({
  set: fileName('labelled sounds that `finetune` judges the trained classifier on, as data.set'),
  group: z.string().optional().describe('column of what is resampled whole for the intervals: kit, speaker'),
  hop,
})

const checkpoint = checkpointName('run or checkpoint')
const someNodes = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)])

const from = z
  .union([
    checkpoint,
    z.strictObject({
      run: checkpoint,
      as: z
        .record(z.string(), someNodes)
        .default({})
        .describe('node of that run: the node, or the nodes, that it becomes here, as in encoder: teacher'),
    }),
  ])
  .describe(
    'run or checkpoint whose weights are taken where they fit, node by node, or { run, as: { encoder: teacher } }; --from does the same',
  )

const train = z
  .strictObject({
    steps: z.int().min(1).describe('training steps, one batch each'),
    seed: z.int().min(0).default(0).describe('every random draw of the run depends on it'),
    threads: z.int().min(1).max(256).default(2).describe('threads of TensorFlow; another number gives other last bits'),
    precision: z.enum(['float32', 'bfloat16']).default('float32').describe('of activations; weights stay float32'),
    compile: z
      .enum(['auto', 'off', 'function', 'xla'])
      .default('auto')
      .describe(
        'a step as one function of TensorFlow, with the same bits; xla: compiled by XLA, with other last bits; auto takes what is faster here, and run.yaml keeps it',
      ),
    optimiser: optimiserSettings,
    schedule: scheduleSettings,
    average: z
      .number()
      .gt(0)
      .lt(1)
      .optional()
      .describe(
        'checkpoints hold weights averaged over the steps, in the place of those of the last step, with this memory (0.999), and over a tenth of the steps so far at most; not at all if absent',
      ),
    from: from.optional(),
    chunk: z
      .int()
      .min(1)
      .optional()
      .describe('clips that encoders work on at once, by gradient caching: memory of so many, loss of the whole batch'),
    mixup: z
      .strictObject({
        alpha: z.number().min(0.001).max(100).default(0.1).describe('shares are drawn from Beta(alpha, alpha)'),
        'warm-up': z.int().min(0).default(0).describe('steps without it at the beginning'),
      })
      .optional()
      .describe('mixes each item of a batch with another one, labels with the same share'),
    'log-every': z.int().min(1).default(10).describe('steps between lines of metrics.jsonl'),
    'gradients-every': z
      .int()
      .min(1)
      .default(50)
      .describe(
        "steps between measurements of each head's own gradient, which cost a pass a head; of several heads alone",
      ),
    checkpoints: z
      .strictObject({
        every: z.int().min(1).default(200).describe('steps between checkpoints'),
        keep: z.int().min(1).default(3).describe('newest checkpoints that stay; older ones are deleted'),
        at: z
          .array(z.int().min(1))
          .default([])
          .describe('steps whose checkpoints are written and stay, whatever `every` and `keep` say'),
        best: z
          .boolean()
          .default(false)
          .describe('keeps the best by train.watch as well (kNN, or what a classifier gets right), as RUN@best'),
      })
      .prefault({}),
    watch: watch.optional(),
    'bad-clips': z
      .number()
      .min(0)
      .max(1)
      .default(0.1)
      .describe(
        'share of clips, and of draws of clips while streaming, that may be unusable; more of them end the run',
      ),
    calibration: z
      .int()
      .min(0)
      .default(30)
      .describe('batches that set the batch-norm statistics of the untrained encoder, the baseline of probes'),
  })
  .refine(({ checkpoints, watch }) => !checkpoints.best || watch !== undefined, {
    path: ['checkpoints', 'best'],
    message: 'the best checkpoint is chosen by train.watch, which is not there',
  })
  .refine(({ checkpoints, watch }) => watch?.patience === undefined || checkpoints.best, {
    path: ['watch', 'patience'],
    message: 'training that stops early goes back to its best checkpoint: write checkpoints: { best: true } as well',
  })

const streams = z.strictObject({
  window: z.int().min(1).optional().describe('clips alive between source and trainer; three batches by default'),
  workers: z.int().min(1).max(64).optional().describe('worker threads for decoding and views; cores - 1 by default'),
})

/** The sections that stand beside `nodes` in a config. */
export const sections = {
  data: data.optional(),
  train: train.optional(),
  streams: streams.prefault({}),
  evaluate: evaluate.optional(),
  readout: readoutSettings.optional(),
}

/** `train.from` as a map. */
export const startOf = (given: z.output<typeof from> | undefined) =>
  typeof given === 'string' ? { run: given, as: {} } : given

export type StreamSettings = z.output<typeof streams>
export type TrainSettings = z.output<typeof train>
export type DataSettings = z.output<typeof data>
export type EvaluateSettings = z.output<typeof evaluate>
export type WatchSettings = z.output<typeof watch>
