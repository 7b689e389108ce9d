/** The folder of a sweep's job: its run beside what was asked for and how far it came. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Edit } from '../../graphs/language/edits.js'
import {
  JobFolder as AnyJobFolder,
  type JobStatus as AnyJobStatus,
  begunJobs,
  type JobNow,
  jobPath,
} from '../jobs/job-folder.js'
import { type Job, type SweepPlan, setOf, type Test, testKey, withBaselines } from './plan.js'

/** One evaluation that a job's process makes. */
export interface OrderedTest extends Pick<Test, 'set' | 'label' | 'separator' | 'group' | 'classifiers' | 'hop'> {
  key: string
  baselines: boolean
}

/** What a job's process needs to know. */
export interface JobOrder {
  key: string
  arm: string
  seed: number
  /** The config, and its edits as `./earshot train` takes them. */
  base: string
  edits: Edit[]
  tests: OrderedTest[]
  threads?: number | undefined
  /** Seconds. */
  time?: number | undefined
}

/** As the job's process writes it. */
export interface JobStatus extends AnyJobStatus {
  /** Keys of the evaluations that are there. */
  tests?: string[]
}

/** With the run of the job, and its evaluations. */
export class JobFolder extends AnyJobFolder<JobOrder> {
  get run(): string {
    return this.file('run')
  }

  embeddings(testKey: string): string {
    return join(this.run, 'embeddings', `${testKey}.arrow`)
  }

  probe(testKey: string): string {
    return join(this.run, 'probes', `${testKey}.probe.json`)
  }
}

export const jobFolder = ({ output }: Pick<SweepPlan, 'output'>, key: string) => new JobFolder(jobPath(output, key))

export function orderOf({ tests, budget }: SweepPlan, job: Job): JobOrder {
  const { key, arm, seed, base, edits } = job
  return {
    ...{ key, arm, seed, base: resolve(base), edits, threads: budget.threads, time: budget.time },
    tests: tests.map(test => {
      const { label, separator, group, classifiers, hop } = test
      const baselines = withBaselines(test, job)
      return { key: testKey(test, job), set: setOf(test, job), label, separator, group, classifiers, hop, baselines }
    }),
  }
}

/** A sweep's folders that there are. */
export const startedJobs = ({ output }: Pick<SweepPlan, 'output'>): Set<string> => begunJobs(output)

/** How a job stands with regard to a plan: done only if every evaluation that is asked for is there. */
export function stateOf(plan: SweepPlan, job: Job, started: ReadonlySet<string>): JobNow {
  if (!started.has(job.key)) return { state: 'waiting', status: undefined }
  const folder = jobFolder(plan, job.key)
  const now = folder.now()
  if (now.state !== 'done') return now
  const whole = plan.tests.every(test => existsSync(folder.probe(testKey(test, job))))
  return { ...now, state: whole ? 'done' : 'waiting' }
}
