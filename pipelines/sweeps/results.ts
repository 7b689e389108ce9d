/** What came of a sweep: a row for each figure, and for each arm mean, interval and difference to the arm `against`. */

import type { JobState } from '../jobs/job-folder.js'
import { answerClaims, type ClaimRow, type Judged } from './claims.js'
import { jobFolder, startedJobs, stateOf } from './job-folder.js'
import { judge, type ResultRow } from './judge.js'
import { type SweepPlan, type Test, testKey } from './plan.js'
import { type Evidence, readPredictions } from './predictions.js'
import type { Cell, SummaryRow } from './summary.js'

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
  const cells = cellsOf(plan)
  const stateAt = (key: string) => stateOfAll(keysIn(key).map(one => ({ key: one, ...states.get(one)! })))
  const results: SweepResults = {
    ...{ name: plan.name, against: plan.against },
    ...{ evaluations: [], rows: [], summary: [], claims: [] },
    missing: cells.flatMap(cell => {
      const { key, state, status } = stateAt(cell.key)
      if (state === 'done') return []
      return [
        {
          ...cell,
          state,
          reason: status?.reason ?? null,
          log: state === 'failed' ? jobFolder(plan, key).log : null,
        },
      ]
    }),
  }
  const done = new Set(cells.map(({ key }) => key).filter(key => stateAt(key).state === 'done'))
  const judgements: Judged[] = []
  for (const test of plan.tests) {
    const fileOf = (key: string) => jobFolder(plan, key).probe(testKey(test, plan.jobs.get(key)!))
    const files = new Map([...done].map(key => [key, keysIn(key).map(fileOf)]))
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

/** An arm with a seed; where the sweep cross-fits, the keys of its folds stand side by side. */
export function cellsOf({ arms }: Pick<SweepPlan, 'arms'>): Cell[] {
  return arms.flatMap(({ name, jobs }) => {
    const seeds = [...new Set(jobs.map(({ seed }) => seed))]
    return seeds.map(seed => {
      const own = jobs.filter(job => job.seed === seed).map(({ key }) => key)
      return { arm: name, seed, key: own.join('+') }
    })
  })
}

const keysIn = (key: string) => key.split('+')

/** Done if all are; else that of the first which is not. */
const stateOfAll = <One extends { state: JobState }>(jobs: readonly One[]): One =>
  jobs.find(({ state }) => state === 'failed') ?? jobs.find(({ state }) => state !== 'done') ?? jobs[0]!

/** Figures of other evaluations are let go: a sweep may have thousands of jobs. */
const isClaimed = ({ claims }: SweepPlan, { name }: Test) => Object.values(claims).some(({ on }) => on.includes(name))

const noteOf = (
  { name, role, group }: Test,
  { chance, unitCount, classes, clips, left }: Evidence,
): EvaluationNote => ({ name, role, clips, classes, units: unitCount, group: group ?? null, chance, left })
