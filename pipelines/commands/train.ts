/** `earshot train`: a config becomes a run folder with checkpoints, metrics and the baseline of its probes. */
import { basename, extname, join } from 'node:path'
import { z } from 'zod'
import { Problem } from '../../data/problem.js'
import type { Edit } from '../../graphs/language/edits.js'
import { type Config, RESUMED, readConfig } from '../configuration/config.js'
import { argument, json, text } from '../configuration/options.js'
import { stoppable } from '../terminal/interrupt.js'
import { percent } from '../terminal/numbers.js'
import { command, fromHere, tell } from '../terminal/say.js'
import type { Figures, Outcome } from '../training/request.js'
import { RunFolder } from '../training/run-folder.js'
import { fromWeights, trainInFolder, usualRun } from '../training/train-in-folder.js'
import { verb } from './verb.js'

const EXAMPLES = `
Examples:
  ./earshot train configs/quickstart.yaml                        into runs/quickstart
  ./earshot train my-sounds/                                     by the same config, into runs/my-sounds
  ./earshot train configs/pool.yaml --run runs/pool-1 --set train.seed=1
  ./earshot train --run runs/pool-1 --resume                     go on where it stopped
  ./earshot train --run runs/pool-1 --resume --set train.steps=2000       for longer
  ./earshot train configs/pool.yaml --from runs/pool-1 --run runs/longer
  ./earshot train configs/pool.yaml --run runs/no-mix-back --without mixed          an ablation
`

/** What every training is told; `run` and `resume` are those of the Node API, too. */
export const trainingOptions = {
  run: text('folder', 'run folder to write; runs/<name of the config> if not given'),
  resume: z.boolean().optional().describe('go on from the newest checkpoint of the run folder, bit for bit'),
  anyway: z
    .boolean()
    .optional()
    .describe('with --resume: go on although data, settings, versions or machine are others'),
  from: text('checkpoint', 'start a new run from the weights of a run or checkpoint, node by node where they fit'),
}

type TrainingOptions = z.output<z.ZodObject<typeof trainingOptions>>

export default verb({
  name: 'train',
  summary: 'train an encoder from a config',
  takes: z.strictObject({
    file: argument(
      '[config]',
      'YAML file with nodes, data and train, or sounds (a folder, a table); a resumed run knows its own',
    ),
    ...trainingOptions,
    json,
  }),
  edits: true,
  help: EXAMPLES,
  run: async ({ file: named, edits: asked, json, ...options }) => {
    const { onSounds } = await import('../training/fit-to-sounds.js')
    const { file, edits, told } = onSounds(named, asked)
    tell(told)
    const config = await configToTrain(file, edits, options, './earshot train configs/quickstart.yaml')
    const path = options.run ?? usualRun(config)
    await stoppable(
      async signal => {
        const outcome = await trainInFolder(config, { ...options, signal })
        if (json) process.stdout.write(`${JSON.stringify({ run: path, ...outcome })}\n`)
        if (json && outcome.interrupted) process.exitCode = 130
        if (!json) report(outcome, config, path)
      },
      // before the first step, without a checkpoint: a resumed run begins at the beginning
      () => `Stopped while preparing; what has been read stays in the cache. ${goOn(path)}`,
      'Stopping after this step.',
    )
  },
})

/** The config that is named, or that of the run which goes on. @param example of the whole command, if there is none */
export async function configToTrain(
  file: string | undefined,
  edits: readonly Edit[],
  { run, resume, from }: Pick<TrainingOptions, 'run' | 'resume' | 'from'>,
  example: string,
): Promise<Config> {
  const saved = resume && run ? join(run, 'run.yaml') : undefined
  const chosen = file ?? saved
  if (!chosen) throw new Problem('no-config', 'There is no config to train.', { hint: example })
  if (saved && !file) RunFolder.open(run!)
  const asked = [...edits, ...fromWeights(from)]
  if (resume) return readConfig(chosen, asked, RESUMED)
  return fitted(await readConfig(chosen, asked), chosen, asked)
}

/** The same with what the sounds ask for, told. */
async function fitted(config: Config, file: string, edits: readonly Edit[]): Promise<Config> {
  const { fittingEdits } = await import('../training/fit-to-sounds.js')
  const { edits: fitting, told } = await fittingEdits(config)
  tell(told)
  return fitting.length === 0 ? config : readConfig(file, [...edits, ...fitting])
}

const goOn = (run: string) => command`Go on with:\n  ./earshot train --run ${run} --resume`

function report({ step, interrupted, figures, dropped }: Outcome, config: Config, run: string): void {
  const { steps } = config.train
  if (interrupted) {
    process.stdout.write(`Stopped at step ${step} of ${steps}; saved. ${dropped ? `${dropped} ` : ''}${goOn(run)}\n`)
    process.exitCode = 130
    return
  }
  const { segment, set } = config.data
  const sounds = fromHere(set) // those it has heard: they are there
  const windows = segment === undefined ? '' : ` --segment ${segment}s`
  const next = learnsToSeparate(config)
    ? command`separate ${run} ${sounds} -o separated`
    : command`embed ${run} ${sounds} -o ${`${basename(set, extname(set))}.arrow`}` + windows
  const lines = figures
    ? [trained(step, figures, config), figures.bottleneck]
    : [`${run} is finished: it has trained ${step} steps. For more: --resume --set train.steps=${2 * step}`]
  process.stdout.write([...lines, dropped ?? [], 'Next:', `  ./earshot ${next}`, ''].flat().join('\n'))
}

function trained(step: number, { loss, secondsPerStep, waitedShare }: Figures, config: Config): string {
  return `Trained ${step} steps: loss ${loss.toFixed(3)} (chance ${chanceOf(config).toFixed(3)}), ${secondsPerStep.toFixed(2)} s a step, ${percent(waitedShare)} of it waiting for data.`
}

/** Whether it trains a separator and no encoder. */
function learnsToSeparate({ graph, stages }: Config): boolean {
  const roles = graph.nodes.flatMap(({ stage: name }) => {
    const stage = stages.get(name)
    return stage?.runsIn === 'tensor' ? [stage.role] : []
  })
  return roles.includes('separator') && !roles.includes('encoder')
}

/** What the losses of an encoder that tells nothing apart would add up to. */
function chanceOf({ graph }: Config): number {
  return graph.nodes.reduce((sum, { out, weight = 1 }) => sum + (out.kind === 'loss' ? weight * out.chance : 0), 0)
}
