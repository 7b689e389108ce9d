/** All that a report tells of a sweep, from its folder alone: the sweep file may have moved or changed since. */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Problem } from '../../data/problem.js'
import type { JobNow } from '../jobs/job-folder.js'
import { readJsonLines } from '../jobs/json-lines.js'
import { jobFolder, startedJobs, stateOf } from '../sweeps/job-folder.js'
import type { Job, SweepPlan } from '../sweeps/plan.js'
import { type SweepResults, sweepResults } from '../sweeps/results.js'
import type { MetricLine } from './run-record.js'

/** Written by `earshot sweep run`. */
const LEDGER = 'sweep.json'

export interface SweepRecord {
  path: string
  plan: SweepPlan
  results: SweepResults
  /** By key. */
  jobs: Map<string, JobNow>
}

export const isSweep = (folder: string): boolean => existsSync(join(folder, LEDGER))

/** @throws Problem if the ledger cannot be read */
export function readSweep(folder: string): SweepRecord {
  const plan = planOf(folder)
  const started = startedJobs(plan)
  const jobs = new Map([...plan.jobs].map(([key, job]) => [key, stateOf(plan, job, started)]))
  return { path: folder, plan, results: sweepResults(plan), jobs }
}

type Ledger = Omit<SweepPlan, 'output' | 'jobs' | 'graphs' | 'spared'>

function planOf(folder: string): SweepPlan {
  const file = join(folder, LEDGER)
  let ledger: Ledger
  try {
    ledger = JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw new Problem('bad-ledger', `The ledger of the sweep cannot be read: ${(cause as Error).message}`, {
      place: { file },
      hint: './earshot sweep run SWEEP.yaml writes it anew; what is done is kept.',
      cause,
    })
  }
  // ledgers of earlier versions name one config for all arms
  const arms = ledger.arms.map(arm => ({ ...arm, base: arm.base ?? ledger.base }))
  const jobs = new Map<string, Job>()
  for (const { name: arm, base, edits, jobs: cells } of arms)
    for (const { seed, key, heldOut } of cells) {
      const job = jobs.get(key) ?? { key, arm, seed, base, edits, heldOut, steps: 0, reference: false }
      jobs.set(key, { ...job, reference: job.reference || arm === ledger.against })
    }
  return { ...ledger, arms, output: resolve(folder), jobs, graphs: 0, spared: [] }
}

/** The logged steps of a job's run; none if it has not begun. */
export function metricsOf({ plan }: SweepRecord, key: string): MetricLine[] {
  return readJsonLines(join(jobFolder(plan, key).run, 'metrics.jsonl'))
}
