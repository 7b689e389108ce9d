/** `earshot sweep`: the same config with changes, several seeds each, in one table. */
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { z } from 'zod'
import { argument, option, text } from '../configuration/options.js'
import type { SweepPlan } from '../sweeps/plan.js'
import { interruptible, stopOnInterrupt, wasInterrupted } from '../terminal/interrupt.js'
import { command, optionAgain } from '../terminal/say.js'
import { verb } from './verb.js'

const EXAMPLES = `
Examples:
  ./earshot sweep plan configs/sweeps/contrastive-quick.yaml --trial     what would run, and how long
  ./earshot sweep run configs/sweeps/contrastive-quick.yaml              goes on where it stopped
  ./earshot sweep run my-sweep.yaml --only base no-mix-back --retry      some arms and what they need, failed jobs too
  ./earshot sweep results configs/sweeps/contrastive-quick.yaml          the table, also while it runs
  ./earshot sweep run my-sweep.yaml --executor slurm --max-parallel 8    as arrays of Slurm, 8 jobs at once

On a cluster, what a job gets stands in the sweep file; only threads are needed, and figures are the same as here:
  executor: slurm
  budget: { threads: 4, jobs-at-once: 8 }
  slurm: { partition: cpu, time: 4 h, memory: 8 GB, options: [--account=sound] }
A job that reaches its time limit, or is pre-empted, goes back to the queue and goes on where it was. Ctrl-C stops the
jobs; closing the terminal leaves them in the queue, and the same command finds them again. Program, configs, sounds,
cache (EARSHOT_CACHE) and --output have to be on a disk that all machines share. Many recordings are embedded and
separated by arrays, too: ./earshot embed --help.
`

const where = {
  file: argument('<file>', 'sweep file (configs/sweeps/*.yaml)'),
  output: text('folder', 'folder of the ledger; runs/sweeps/<name of the sweep> if not given'),
}
const only = option('arms', 'some arms, and what they need', z.array(z.string()).min(1).optional())
const executor = text('name', "local or slurm, instead of the sweep file's")

interface Where {
  file: string
  output?: string | undefined
  only?: string[] | undefined
  executor?: string | undefined
}

const plan = verb({
  name: 'plan',
  summary: 'check every variant and list the jobs; runs nothing',
  takes: z.strictObject({
    ...where,
    trial: option(
      '[steps]',
      'measure a few steps of the base and its evaluations, for an estimate of the time',
      z.union([z.literal(true), z.int().min(1)]).optional(),
    ),
    only,
    all: z.boolean().optional().describe('list every job, however many'),
    executor,
  }),
  run: async options => {
    const { only } = options
    const whole = await planned(options)
    const { listJobs, planText } = await import('../sweeps/plan-text.js')
    const { lastTrial, runTrial } = await import('../sweeps/trial.js')
    const { planOfArms } = await import('../sweeps/open-jobs.js')
    const power = await import('../sweeps/power.js')
    const plan = planOfArms(whole, only)
    const expected = power.powerText(await power.expectedPower(plan), plan)
    const steps = options.trial === true ? 5 : options.trial
    const trial = steps === undefined ? lastTrial(plan) : runTrial(plan, steps)
    process.stdout.write(
      `${planText(plan, listJobs(plan), { all: options.all, trial, given: asGiven(options), expected })}\n`,
    )
  },
})

const run = verb({
  name: 'run',
  summary: 'run what is not done yet; may be killed and started again at any time',
  takes: z.strictObject({
    ...where,
    only,
    retry: z.boolean().optional().describe('failed jobs too'),
    maxParallel: z.int().min(1).optional().describe('jobs side by side, instead of budget.jobs-at-once'),
    executor,
  }),
  run: async options => {
    const { file, output, only, retry, maxParallel: most } = options
    const { makeBefore } = await import('../sweeps/make-before.js')
    const { planOfArms } = await import('../sweeps/open-jobs.js')
    const { runSweep } = await import('../sweeps/run-sweep.js')
    const power = await import('../sweeps/power.js')
    let plan: SweepPlan | undefined
    const { signal, release } = stopOnInterrupt('Stopping the jobs under way; what they have done is kept.')
    try {
      await makeBefore(file, output, only, signal)
      plan = await planned(options)
      const expected = power.powerText(await power.expectedPower(planOfArms(plan, only)), plan)
      if (expected !== '') process.stderr.write(`${expected}\n`)
      await runSweep(plan, { only, retry, most, signal })
    } catch (error) {
      if (!wasInterrupted(error, signal)) throw error
    } finally {
      release()
    }
    if (signal.aborted || !plan) {
      process.stdout.write(`Stopped. Go on with:\n  ${command`./earshot sweep run ${file}`}${asGiven(options)}\n`)
      process.exitCode = 130
      return
    }
    await show(plan, options)
  },
})

const results = verb({
  name: 'results',
  summary: 'write and print the tables of what there is',
  takes: z.strictObject({ ...where, only }),
  run: async options => {
    await show(await planned(options), options)
  },
})

/** What an executor starts, here or on another machine. */
const job = verb({
  name: 'job',
  summary: 'one job of a sweep',
  hidden: true,
  takes: z.strictObject({
    output: z.string().meta({ argument: '<output>' }),
    key: z.string().meta({ argument: '<key>' }),
  }),
  run: async ({ output, key }) => {
    const { jobFolder } = await import('../sweeps/job-folder.js')
    const { runJob } = await import('../sweeps/run-job.js')
    const folder = jobFolder({ output: resolve(output) }, key)
    process.exitCode = await interruptible('Stopping.', signal => runJob(folder, signal))
  },
})

export default function register(program: Command): void {
  const sweep = program
    .command('sweep')
    .description('train a config with changes and several seeds, and compare them in one table')
    .addHelpText('after', EXAMPLES)
  for (const put of [plan, run, results, job]) put(sweep)
}

async function planned({ file, output, only, executor }: Where): Promise<SweepPlan> {
  const { planSweep } = await import('../sweeps/plan.js')
  const { runBy } = await import('../sweeps/open-jobs.js')
  return runBy(await planSweep(file, output, only), executor)
}

/** Tables, files, what to do next; exit code 1 if a job has failed. */
async function show(plan: SweepPlan, { output, executor }: Where): Promise<void> {
  const { sweepResults } = await import('../sweeps/results.js')
  const { resultsText } = await import('../sweeps/results-text.js')
  const { writeResults } = await import('../sweeps/results-files.js')
  const { counts, listJobs } = await import('../sweeps/plan-text.js')
  const found = sweepResults(plan)
  const files = writeResults(plan.output, found)
  const failed = found.missing.some(({ state }) => state === 'failed')
  const open = found.missing.some(({ state }) => state !== 'failed')
  const again = command`./earshot sweep run ${plan.file}` + asGiven({ output, executor })
  const next = open ? again : failed ? `${again} --retry` : command`./earshot report ${plan.output}`
  process.stdout.write(
    `${resultsText(found)}\n\n${counts(plan, listJobs(plan))}\nSaved: ${files.join(', ')}\nNext: ${next}\n`,
  )
  if (failed) process.exitCode = 1
}

/** Options of a command that have to be said again. */
const asGiven = ({ output, executor, only }: Partial<Where>) =>
  optionAgain('output', output) + optionAgain('executor', executor) + optionAgain('only', only)
