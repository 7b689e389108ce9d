/** Which jobs of a sweep a call has to run, and what they are to those who run them. */
import type { JobList } from '../jobs/controller.js'
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
  const wanted = only && new Set(plan.arms.filter(({ name }) => only.includes(name)).flatMap(arm => keysOf(arm)))
  const started = startedJobs(plan)
  return new Map(
    [...plan.jobs].filter(([key, job]) => {
      if (wanted && !wanted.has(key)) return false
      const { state } = stateOf(plan, job, started)
      return state !== 'done' && (state !== 'failed' || retry === true)
    }),
  )
}

export const keysOf = ({ jobs }: SweepPlan['arms'][number]) => jobs.map(({ key }) => key)

export const jobList = (plan: SweepPlan): JobList => ({
  output: plan.output,
  orderOf: key => orderOf(plan, plan.jobs.get(key)!),
  stateOf: key => stateOf(plan, plan.jobs.get(key)!, new Set([key])),
})
