/** Which jobs of a sweep a call has to run, and where: as its file says, or as the command line says instead. */

import { resolve } from 'node:path'
import { Problem } from '../../data/problem.js'
import { type JobList, openExecutor as open } from '../jobs/controller.js'
import { type Executor, executorNamed } from '../jobs/executor.js'
import { orderOf, startedJobs, stateOf } from './job-folder.js'
import type { Job, SweepPlan } from './plan.js'

export interface Wanted {
  /** Arms to run; all if absent. */
  only?: readonly string[] | undefined
  /** Takes up failed jobs too. */
  retry?: boolean | undefined
}

/** The jobs that a call would run, by key: what is done, or has failed and is not to be tried again, is left. */
export function openJobs(plan: SweepPlan, { only, retry }: Wanted): Map<string, Job> {
  const started = startedJobs(plan)
  return new Map(
    [...planOfArms(plan, only).jobs].filter(([, job]) => {
      const { state } = stateOf(plan, job, started)
      return state !== 'done' && (state !== 'failed' || retry === true)
    }),
  )
}

/** The plan of these arms alone: what of it is listed, and what its claims are about. */
export function planOfArms(plan: SweepPlan, only: readonly string[] | undefined): SweepPlan {
  if (!only) return plan
  const arms = plan.arms.filter(({ name }) => only.includes(name))
  const keys = new Set(arms.flatMap(keysOf))
  return { ...plan, arms, jobs: new Map([...plan.jobs].filter(([key]) => keys.has(key))) }
}

export const keysOf = ({ jobs }: SweepPlan['arms'][number]) => jobs.map(({ key }) => key)

export const jobList = (plan: SweepPlan): JobList => ({
  output: plan.output,
  orderOf: key => orderOf(plan, plan.jobs.get(key)!),
  stateOf: key => stateOf(plan, plan.jobs.get(key)!, new Set([key])),
})

/** @throws Problem if there is no such executor, or it cannot run this sweep */
export function runBy(plan: SweepPlan, given: string | undefined): SweepPlan {
  const executor = executorNamed(given ?? plan.executor)
  if (executor === 'slurm' && plan.budget.threads === undefined)
    throw new Problem('no-threads', 'Slurm has to know how many processors a job needs.', {
      place: { file: plan.file, path: 'budget.threads' },
      hint: 'Say how many threads each job has: budget: { threads: 2 }. Its figures are then the same wherever it runs.',
    })
  return { ...plan, executor }
}

/** @param most jobs side by side. @throws Problem if Slurm is asked for, and is not here or refuses such jobs */
export async function openExecutor({ output, budget, executor, slurm }: SweepPlan, most: number): Promise<Executor> {
  const place = { output, command: ['sweep', 'job', resolve(output)], most, memory: budget.memory }
  return open(executor, place, { cpus: budget.threads ?? 1, settings: slurm })
}
