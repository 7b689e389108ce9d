/** `earshot train`: a config becomes a run folder with checkpoints, metrics and the ruler of its probes. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { cacheFolder } from '../data/cache-folder.js'
import { Problem } from '../data/problem.js'
import { type Config, readConfig } from './config.js'
import { RunFolder } from './run-folder.js'
import { lockRun } from './run-lock.js'
import { runYaml } from './run-yaml.js'
import type { Outcome } from './training.js'

interface Options {
  run?: string
  resume?: boolean
  from?: string
  set: string[]
}

const EXAMPLES = `
Examples:
  ./earshot train configs/quickstart.yaml                        into runs/quickstart
  ./earshot train configs/pool.yaml --run runs/pool-1 --set train.seed=1
  ./earshot train --run runs/pool-1 --resume                     go on where it stopped
  ./earshot train configs/pool.yaml --from runs/pool-1 --run runs/longer
`

export default function register(program: Command): void {
  program
    .command('train')
    .description('train an encoder from a config')
    .argument('[config]', 'YAML file with nodes, data and train; a resumed run knows its own')
    .option('--run <folder>', 'run folder to write; runs/<name of the config> if not given')
    .option('--resume', 'go on from the newest checkpoint of the run folder, bit for bit')
    .option('--from <checkpoint>', 'start a new run from the weights of a run or checkpoint')
    .option('--set <key=value>', 'override a value, such as train.steps=100 (repeatable)', collect, [])
    .addHelpText('after', EXAMPLES)
    .action(train)
}

const collect = (value: string, before: string[]) => [...before, value]

async function train(file: string | undefined, options: Options): Promise<void> {
  const config = await configOf(file, options)
  const path = options.run ?? join('runs', config.name)
  const run = options.resume ? RunFolder.open(path) : RunFolder.create(path)
  const unlock = lockRun(run)
  const stop = stopOnInterrupt()
  try {
    if (!options.resume) run.write('run.yaml', runYaml(config.document))
    const outcome = await start(config, run, options, stop.signal)
    report(outcome, config, path)
  } catch (error) {
    run.status('failed', { reason: (error as Error).message })
    throw error
  } finally {
    stop.release()
    unlock()
  }
}

async function configOf(file: string | undefined, { run, resume, set }: Options): Promise<Config> {
  const saved = resume && run ? join(run, 'run.yaml') : undefined
  const chosen = file ?? saved
  if (!chosen)
    throw new Problem('no-config', 'There is no config to train.', { hint: './earshot train configs/quickstart.yaml' })
  if (!existsSync(chosen)) throw new Problem('no-config', `${chosen} does not exist.`)
  return readConfig(chosen, set)
}

async function start(config: Config, run: RunFolder, options: Options, signal: AbortSignal): Promise<Outcome> {
  // the heavy half is loaded only now, when everything that can be refused has been
  const { trainRun } = await import('./training-run.js')
  return trainRun({ config, run, resume: options.resume ?? false, from: options.from, signal, cache: cacheFolder() })
}

/** The first Ctrl-C asks for a stop after the step under way; the second one ends the process. */
function stopOnInterrupt() {
  const controller = new AbortController()
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(130)
    process.stderr.write('\nStopping after this step; press Ctrl-C again to stop at once.\n')
    controller.abort()
  }
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  return { signal: controller.signal, release: () => process.off('SIGINT', onSignal).off('SIGTERM', onSignal) }
}

function report(outcome: Outcome, config: Config, run: string): void {
  const { step, interrupted, waitedShare, secondsPerStep, loss } = outcome
  if (interrupted) {
    process.stdout.write(
      `Stopped at step ${step} of ${config.train.steps}; saved. Go on with:\n  ./earshot train --run ${run} --resume\n`,
    )
    process.exitCode = 130
    return
  }
  const share = `${(100 * waitedShare).toFixed(1)} %`
  process.stdout.write(
    [
      `Trained ${step} steps: loss ${loss.toFixed(3)} (chance ${chanceOf(config).toFixed(3)}), ${secondsPerStep.toFixed(2)} s a step, ${share} of it waiting for data.`,
      'Next:',
      `  ./earshot embed ${run} my-sounds/ -o my-sounds.arrow`,
      '',
    ].join('\n'),
  )
}

/** What the losses of an encoder that tells nothing apart would add up to. */
function chanceOf({ graph }: Config): number {
  return graph.nodes.reduce((sum, { out }) => sum + (out.kind === 'loss' ? out.chance : 0), 0)
}
