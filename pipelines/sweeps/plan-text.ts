/** A plan as it is printed: its jobs, how they stand, what they will cost. */
import { relative } from 'node:path'
import { editInWords } from '../../graphs/language/edits.js'
import type { JobState } from '../jobs/job-folder.js'
import { mean } from '../statistics/mean.js'
import { inWords, plural } from '../terminal/numbers.js'
import { command } from '../terminal/say.js'
import { textTable } from '../terminal/text-table.js'
import { sparedText } from './before.js'
import { startedJobs, stateOf } from './job-folder.js'
import { type SweepPlan, usualOutput } from './plan.js'
import { secondsOf, type Trial } from './trial.js'

/** Lines of a table unless all are asked for. */
const FEW = 40

const STATES: readonly JobState[] = ['done', 'running', 'stale', 'failed', 'waiting']

export interface Listed {
  arm: string
  seed: number
  key: string
  state: JobState
  /** Seconds, of jobs that have ended. */
  seconds: number | undefined
  reason: string | undefined
}

/** Every arm and seed with its job's state; identical ones have the same key. */
export function listJobs(plan: SweepPlan): Listed[] {
  const started = startedJobs(plan)
  const now = new Map([...plan.jobs].map(([key, job]) => [key, stateOf(plan, job, started)]))
  return plan.arms.flatMap(({ name, jobs }) =>
    jobs.map(({ seed, key }) => {
      const { state, status } = now.get(key)!
      return { arm: name, seed, key, state, seconds: status?.seconds, reason: status?.reason }
    }),
  )
}

export interface PlanOptions {
  /** Every job, however many. */
  all?: boolean | undefined
  trial?: Trial | undefined
  /** Options that the next `sweep run` needs again, such as ` --output there`. */
  given?: string | undefined
  /** What the claims can expect. */
  expected?: string | undefined
}

export function planText(
  plan: SweepPlan,
  listed: readonly Listed[],
  { all, trial, given = '', expected = '' }: PlanOptions,
): string {
  const jobs = [header(plan), table(plan, listed, all ?? false), counts(plan, listed)]
  const parts = [...jobs, cost(plan, listed, trial), expected]
  return [...parts, next(plan, listed, given)].filter(part => part !== '').join('\n\n')
}

function header(plan: SweepPlan): string {
  const { name, file, base, arms, jobs, tests, output, graphs, against } = plan
  const asked = arms.reduce((sum, { jobs }) => sum + jobs.length, 0)
  const folds = new Set(arms.flatMap(({ jobs }) => jobs.map(({ heldOut }) => heldOut?.fold))).size
  const crossed = folds > 1 ? ` Cross-fitted: each seed is trained once for each of ${folds} folds of groups.` : ''
  const same = asked - jobs.size
  const twice = same > 0 ? `; ${same} of ${asked} are the same as another and run once` : ''
  const judged = tests.length === 0 ? 'no evaluation' : tests.map(({ name, role }) => `${name} (${role})`).join(', ')
  return [
    `${name} (${file}): ${plural(arms.length, 'arm')} of ${base}, ${plural(jobs.size, 'job')}${twice}.`,
    `Checked: ${plural(graphs, 'distinct graph')}. Evaluated on: ${judged}. Differences to: ${against}.${crossed}`,
    `Ledger: ${output}`,
    ...slurmLine(plan),
    ...(plan.spared.length > 0 ? [sparedText(plan.spared)] : []),
  ].join('\n')
}

/** What a job gets of a cluster; nothing to say of this machine. */
function slurmLine({ executor, slurm, budget }: SweepPlan): string[] {
  if (executor !== 'slurm') return []
  const { partition = 'usual', time, memory = budget.memory, cpus = budget.threads ?? 1, options } = slurm
  const limit = time === undefined ? "the partition's time limit" : `${inWords(time)} at a stretch`
  const more = options.length === 0 ? '' : `; ${options.join(' ')}`
  const each = `${plural(cpus, 'processor')}, ${(memory / 1e9).toLocaleString('en')} GB, ${limit}`
  return [`Runs through Slurm: ${partition} partition, ${budget['jobs-at-once']} at once; each ${each}${more}.`]
}

/** The config that an arm changes, if it is not that of all, and what it changes. */
export function changesInWords({ base }: Pick<SweepPlan, 'base'>, arm: SweepPlan['arms'][number]): string[] {
  return [...(arm.base === base ? [] : [relative('', arm.base)]), ...arm.edits.map(editInWords)]
}

function table(plan: SweepPlan, listed: readonly Listed[], all: boolean): string {
  const changes = new Map(plan.arms.map(arm => [arm.name, changesInWords(plan, arm).join(' ')]))
  const shown = all ? listed : listed.slice(0, FEW)
  const head = ['arm', 'seed', 'key', 'state', 'changes']
  const rows = shown.map(({ arm, seed, key, state, seconds, reason }) => {
    const took = state === 'done' && seconds !== undefined ? ` (${inWords(seconds)})` : ''
    const why = state === 'failed' && reason ? `  ${reason}` : ''
    return [arm, String(seed), key, `${state}${took}`, `${changes.get(arm) ?? ''}${why}`]
  })
  const more = listed.length - shown.length
  return [
    ...textTable([head, ...rows], { ruled: true, widest: 60 }),
    ...(more > 0 ? [`and ${more} more (--all shows them)`] : []),
  ].join('\n')
}

/** `12 jobs: 3 done, 1 failed, 8 waiting`. */
export function counts({ jobs }: SweepPlan, listed: readonly Listed[]): string {
  const states = new Map(listed.map(({ key, state }) => [key, state]))
  const parts = STATES.flatMap(state => {
    const count = [...states.values()].filter(one => one === state).length
    return count > 0 ? [`${count.toLocaleString('en')} ${state}`] : []
  })
  return `${plural(jobs.size, 'job')}: ${parts.join(', ')}.`
}

function cost(plan: SweepPlan, listed: readonly Listed[], trial: Trial | undefined): string {
  const states = new Map(listed.map(({ key, state }) => [key, state]))
  const left = [...plan.jobs.values()].filter(({ key }) => states.get(key) !== 'done')
  if (left.length === 0) return ''
  const atOnce = plan.budget['jobs-at-once']
  const side = atOnce > 1 ? `, ${atOnce} at once if they do not slow each other down` : ''
  const done = [...new Map(listed.map(one => [one.key, one])).values()].flatMap(({ state, seconds }) =>
    state === 'done' && seconds ? [seconds] : [],
  )
  if (done.length > 0) {
    const each = mean(done)
    return `Time: about ${inWords((left.length * each) / atOnce)} for ${plural(left.length, 'job')} (${inWords(each)} a job, as the ${done.length} that are done took${side}).`
  }
  if (!trial) return `Time: not known yet; --trial measures a few steps.`
  const seconds = left.reduce((sum, job) => sum + secondsOf(trial, job), 0)
  const tests = Object.entries(trial.tests).map(([name, seconds]) => `${inWords(seconds)} for ${name}`)
  const parts = [`${inWords(trial.overhead)} to start`, `${trial.secondsPerStep.toFixed(2)} s a step`, ...tests].join(
    ', ',
  )
  return `Time: about ${inWords(seconds / atOnce)} for ${plural(left.length, 'job')}${side}. From a trial of ${trial.steps} steps of the base: ${parts}; other graphs may take more or less, and baselines come on top.`
}

function next({ file, name, output }: SweepPlan, listed: readonly Listed[], given: string): string {
  const run = command`Next: ./earshot sweep run ${file}` + given
  const where = output === usualOutput(name) ? '' : command` --output ${output}`
  const failed = listed.some(({ state }) => state === 'failed')
  const open = listed.some(({ state }) => state !== 'done' && state !== 'failed')
  if (open) return run
  return failed ? `${run} --retry` : command`Next: ./earshot sweep results ${file}` + where
}
