/** `earshot finetune`: trains a classifier, from scratch or from a checkpoint, and judges it on the config's test set. */
import { z } from 'zod'
import { featureFolder } from '../../data/cache-folder.js'
import { Problem } from '../../data/problem.js'
import { bestOrNewest } from '../../engine/checkpoints/find.js'
import type { Config } from '../configuration/config.js'
import { argument } from '../configuration/options.js'
import { stoppable } from '../terminal/interrupt.js'
import { command } from '../terminal/say.js'
import type { Outcome } from '../training/request.js'
import { trainInFolder, usualRun } from '../training/train-in-folder.js'
import { configToTrain, trainingOptions } from './train.js'
import { usualFolder } from './usual-folder.js'
import { verb } from './verb.js'

const EXAMPLES = `
Examples:
  ./earshot finetune configs/fine-tuning-drums.yaml --run runs/scratch
  ./earshot finetune configs/fine-tuning-drums.yaml --from runs/pool --run runs/pre-trained
  ./earshot finetune configs/fine-tuning-drums.yaml --from runs/pool --set nodes.encoder.frozen=true --run runs/linear
`

export default verb({
  name: 'finetune',
  summary: 'train a classifier, from scratch or from a checkpoint, and judge it on the test set of its config',
  takes: z.strictObject({
    file: argument('[config]', 'YAML file with nodes, data, train and evaluate; a resumed run knows its own'),
    ...trainingOptions,
  }),
  edits: true,
  help: EXAMPLES,
  run: async ({ file, edits, ...options }) => {
    const example = './earshot finetune configs/fine-tuning-drums.yaml'
    const config = await configWithTest(file, edits, options, example)
    const run = options.run ?? usualRun(config)
    const goOn = command`Go on with:\n  ./earshot finetune --run ${run} --resume`
    await stoppable(
      async signal => {
        const outcome = await trainInFolder(config, { ...options, run, signal })
        if (!outcome.interrupted) return void process.stdout.write(await judged(config, run, outcome, signal))
        process.stdout.write(`Stopped at step ${outcome.step} of ${config.train.steps}; saved. ${goOn}\n`)
        process.exitCode = 130
      },
      () => `Stopped. ${goOn}`,
      'Stopping after this step.',
    )
  },
})

async function configWithTest(...given: Parameters<typeof configToTrain>): Promise<Config> {
  const config = await configToTrain(...given)
  const { graphClassifier } = await import('../evaluation/classification/trained-classifier.js')
  graphClassifier(config.graph, config.stages)
  if (config.evaluate) return config
  throw new Problem('no-test-set', `${config.document.file} names no sounds to judge the classifier on.`, {
    hint: 'Add  evaluate: { set: test.yaml }  beside data and train, or train without judging: ./earshot train',
  })
}

/** What the best checkpoint, or else the last, makes of the test set. */
async function judged(config: Config, run: string, outcome: Outcome, signal: AbortSignal): Promise<string> {
  const { set, hop, group } = config.evaluate!
  const chosen = bestOrNewest(run)
  const { classifyRuns } = await import('../evaluation/classification/classify-runs.js')
  const cache = featureFolder()
  const text = await classifyRuns(chosen, usualFolder('classification', run, set), {
    sounds: set,
    hop,
    group,
    cache,
    signal,
  })
  const early = outcome.stoppedEarly ? `, stopped early of ${config.train.steps}` : ''
  const judgedOn = chosen === run ? 'the last' : 'the best'
  const loss = outcome.figures ? `: loss ${outcome.figures.loss.toFixed(3)}` : '' // none was trained here
  const dropped = outcome.dropped ? `${outcome.dropped}\n` : ''
  return `Trained ${outcome.step} steps${early}${loss}. Judged by ${judgedOn} checkpoint.\n${dropped}${text}`
}
