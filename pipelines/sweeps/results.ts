/** What came of a sweep: a row for each figure, and for each arm mean, interval and difference to the arm `against`. */

import type { JobState } from '../jobs/job-folder.js'
import { answerClaims, type ClaimRow, type Judged } from './claims.js'
import { jobFolder, startedJobs, stateOf } from './job-folder.js'
import { judge, type ResultRow } from './judge.js'
import { type SweepPlan, type Test, testKey } from './plan.js'
import { type Evidence, readPredictions } from './predictions.js'
import type { SummaryRow } from './summary.js'

export interface EvaluationNote {
  name: string
  role: string
  clips: number
  classes: string[]
  /** What intervals are over: 12 kits, 616 clips. */
  units: number
  group: string | null
  /** What guessing gets, in balanced accuracy or mAP. */
  chance: number
  left: number
}

export interface SweepResults {
  name: string
  against: string
  evaluations: EvaluationNote[]
  rows: ResultRow[]
  summary: SummaryRow[]
  claims: ClaimRow[]
  /** Jobs that are not done. */
  missing: { arm: string; seed: number; key: string; state: JobState; reason: string | null; log: string | null }[]
}

/** Reads what there is; jobs that failed or wait have their rows too. */
export function sweepResults(plan: SweepPlan): SweepResults {
  const started = startedJobs(plan)
  const states = new Map([...plan.jobs].map(([key, job]) => [key, stateOf(plan, job, started)]))
  const cells = plan.arms.flatMap(({ name, jobs }) => jobs.map(({ seed, key }) => ({ arm: name, seed, key })))
  const stateAt = (key: string) => states.get(key)!
  const results: SweepResults = {
    ...{ name: plan.name, against: plan.against },
    ...{ evaluations: [], rows: [], summary: [], claims: [] },
    missing: cells.flatMap(cell => {
      const { state, status } = stateAt(cell.key)
      if (state === 'done') return []
      return [
        {
          ...cell,
          state,
          reason: status?.reason ?? null,
          log: state === 'failed' ? jobFolder(plan, cell.key).log : null,
        },
      ]
    }),
  }
  const done = [...plan.jobs.values()].filter(({ key }) => stateAt(key).state === 'done')
  const judgements: Judged[] = []
  for (const test of plan.tests) {
    const files = new Map(done.map(job => [job.key, jobFolder(plan, job.key).probe(testKey(test, job))]))
    const evidence = readPredictions(files)
    if (evidence) results.evaluations.push(noteOf(test, evidence))
    const judged = evidence && judge(plan, test, evidence, cells, key => stateAt(key).state)
    results.rows.push(...(judged?.rows ?? []))
    results.summary.push(...(judged?.summary ?? []))
    if (isClaimed(plan, test)) judgements.push(...(judged?.judged ?? []))
    for (const { arm, seed, key, state, reason } of results.missing) {
      const place = { arm, kind: 'arm' as const, seed, evaluation: test.name, role: test.role }
      const nothing = { classifier: null, metric: null, value: null, low: null, high: null }
      results.rows.push({ ...place, ...nothing, state, reason, key })
    }
  }
  results.claims = answerClaims(plan.claims, judgements, results.summary)
  return results
}

/** Figures of other evaluations are let go: a sweep may have thousands of jobs. */
const isClaimed = ({ claims }: SweepPlan, { name }: Test) => Object.values(claims).some(({ on }) => on.includes(name))

const noteOf = (
  { name, role, group }: Test,
  { chance, unitCount, classes, clips, left }: Evidence,
): EvaluationNote => ({ name, role, clips, classes, units: unitCount, group: group ?? null, chance, left })
