/** `earshot classify`: what a trained classifier says about sounds. */
import { z } from 'zod'
import { featureFolder } from '../../data/cache-folder.js'
import { demandFolder, demandOutput } from '../../data/output-file.js'
import { argument, formats, option, sounds, text } from '../configuration/options.js'
import { classifyOptions } from '../evaluation/classification/classification.js'
import { stoppable } from '../terminal/interrupt.js'
import { usualFolder } from './usual-folder.js'
import { verb } from './verb.js'

/** `2%` or `0.02`: from 0 to 1. */
const share = z
  .string()
  .regex(/^(0?\.\d+|[01]|\d+(\.\d+)?%)$/, 'expected a share such as 2% or 0.02')
  .transform(text => (text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text)))
  .refine(value => value <= 1, 'expected at most 100%')

const EXAMPLES = `
Examples:
  ./earshot classify runs/supervised-drums data/sets/drums16k-held-out.yaml --group kit
  ./earshot classify runs/supervised-drums@best my-sounds/
  ./earshot classify runs/birds nights/ --segment 5s --threshold 0.9 --formats raven      where is it heard?
  ./earshot classify runs/noisy train.tsv --prune 97                    the set without the largest losses
  ./earshot classify runs/teacher train.tsv --flag 2%                   labels that are perhaps missing
  ./earshot classify runs/teacher train.tsv --flag 2% --explicit absent   but none that somebody denied
  ./earshot classify runs/sweeps/label-noise data/sets/drums16k-held-out.yaml      every run of a sweep, arm by arm
`

const FILES = ['classification.json', 'scores.arrow', 'predictions.csv', 'errors.html', 'pruned.tsv', 'flagged.tsv']

export default verb({
  name: 'classify',
  summary: 'class probabilities of sounds by a trained classifier, and how many are right',
  takes: z.strictObject({
    run: argument('<run>', 'run folder (its newest checkpoint), RUN@best, a checkpoint, or folder of a sweep'),
    sounds,
    output: text('folder', 'folder to write; classification/<name of the sounds> in the run if not given', {
      short: 'o',
    }),
    ...classifyOptions.shape,
    prune: option(
      'percentile',
      'write pruned.tsv: the clips whose loss is not above this percentile',
      z.number().min(0).max(100).optional(),
    ),
    flag: option(
      'share',
      'write flagged.tsv: of each class, the clips without it that score highest (2%)',
      share.optional(),
    ),
    explicit: text('column', 'column of the classes that a clip was found not to have; --flag flags none of them'),
    threshold: option(
      'probability',
      'probability from which a class stands in predictions.csv; 0.5 where a clip may have several classes',
      z.number().min(0).max(1).optional(),
    ),
    formats: formats('write the predictions as annotations, too: raven, audacity'),
    predictions: text('file', 'also write what is said about each labelled clip as JSON, as probe does with --json'),
  }),
  help: EXAMPLES,
  run: async ({
    run,
    sounds,
    output = usualFolder('classification', run, sounds),
    prune,
    flag,
    explicit,
    predictions,
    threshold,
    formats,
    edits: _,
    ...options
  }) => {
    demandFolder(output, [run, sounds], FILES)
    if (predictions !== undefined) demandOutput(predictions, 'JSON', [run, sounds])
    const cache = featureFolder()
    await stoppable(
      async signal => {
        const { classifyRuns } = await import('../evaluation/classification/classify-runs.js')
        const text = await classifyRuns(
          run,
          output,
          { ...options, sounds, cache, signal },
          { prune, flag, explicit, predictions, threshold, formats },
        )
        process.stdout.write(text)
      },
      () => `Stopped; nothing has been written to ${output} for the run under way.`,
    )
  },
})
