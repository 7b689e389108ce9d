/** How long a sweep will take: from jobs that are done, or from a short trial of the base. */
import { spawnSync } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from '../../data/problem.js'
import { makeFolder } from '../../data/whole-file.js'
import { readJson, writeJson } from '../jobs/job-folder.js'
import { readJsonLines } from '../jobs/json-lines.js'
import { PROGRAM } from '../jobs/processes.js'
import { lastSaid } from '../jobs/run-words.js'
import { mean } from '../statistics/mean.js'
import { command } from '../terminal/say.js'
import { evaluationWords } from './evaluation-words.js'
import type { Job, SweepPlan } from './plan.js'

/** Seconds, measured on processes of the ordinary command line. */
export interface Trial {
  steps: number
  /** Of a training without its steps: start, sounds, calibration, checkpoint. */
  overhead: number
  secondsPerStep: number
  /** Embedding and probing, by evaluation. */
  tests: Record<string, number>
}

/**
 * Trains the base for a few steps and evaluates that, as a job would be; what it measures is kept in
 * `<output>/trial.json`. The first trial also reads the sounds into the cache, which later jobs find there.
 *
 * @throws Problem if a step of it fails
 */
export function runTrial(plan: SweepPlan, steps: number): Trial {
  const folder = join(plan.output, 'trial')
  rmSync(folder, { recursive: true, force: true })
  makeFolder(folder)
  const run = join(folder, 'run')
  const threads = plan.budget.threads === undefined ? [] : ['--set', `train.threads=${plan.budget.threads}`]
  const whole = timed(['train', plan.base, '--run', run, '--set', `train.steps=${steps}`, ...logged, ...threads])
  const times = readJsonLines<{ seconds: number; waited: number }>(join(run, 'timings.jsonl'))
  const later = times.length > 1 ? times.slice(1) : times
  const secondsPerStep = mean(later, ({ seconds, waited }) => seconds + waited)
  const tests: Trial['tests'] = {}
  for (const test of plan.tests) {
    const files = { embeddings: join(folder, `${test.name}.arrow`), result: join(folder, `${test.name}.json`) }
    const commands = evaluationWords(run, { ...test, baselines: false }, files)
    tests[test.name] = commands.reduce((sum, words) => sum + timed(words), 0)
  }
  rmSync(folder, { recursive: true, force: true })
  const trial = { steps, overhead: Math.max(0, whole - steps * secondsPerStep), secondsPerStep, tests }
  writeJson(plan.output, 'trial.json', trial)
  return trial
}

export const lastTrial = ({ output }: SweepPlan): Trial | undefined =>
  existsSync(output) ? readJson(join(output, 'trial.json')) : undefined

/** Seconds of one job alone. */
export const secondsOf = ({ overhead, secondsPerStep, tests }: Trial, { steps }: Job): number =>
  overhead + steps * secondsPerStep + Object.values(tests).reduce((sum, seconds) => sum + seconds, 0)

const logged = ['--set', 'train.log-every=1', '--set', 'train.checkpoints.every=1000000']

function timed(words: readonly string[]): number {
  const began = performance.now()
  const { status, stderr } = spawnSync(process.execPath, [PROGRAM, ...words], { encoding: 'utf8' })
  if (status !== 0)
    throw new Problem('trial-failed', `${command`The trial failed at: ./earshot ${words}`}\n${lastSaid(stderr)}`)
  return (performance.now() - began) / 1000
}
