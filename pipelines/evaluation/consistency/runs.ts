/** Which runs are compared: one, or those of a sweep, arm by arm. */

import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { group } from 'd3-array'
import { Problem } from '../../../data/problem.js'
import { JobFolder } from '../../jobs/job-folder.js'
import type { Consistency } from './measure.js'

export interface ComparedRun {
  /** Arm of the sweep; empty for a run by itself. */
  arm: string
  seed?: number
  path: string
}

export interface MeasuredRun extends ComparedRun {
  consistency: Consistency
}

/** @throws Problem `no-runs` if a sweep has no run that has been trained to its end */
export function runsOf(path: string): ComparedRun[] {
  const jobs = join(path, 'jobs')
  if (!existsSync(jobs)) return [{ arm: '', path }]
  const runs = readdirSync(jobs).flatMap(key => {
    const folder = new JobFolder<{ arm: string; seed: number }>(join(jobs, key))
    const order = folder.order()
    return order && folder.status()?.state === 'done'
      ? [{ arm: order.arm, seed: order.seed, path: folder.file('run') }]
      : []
  })
  if (runs.length === 0) {
    throw new Problem('no-runs', `${path} is a sweep without a finished run.`, {
      hint: './earshot sweep run brings its runs to their end.',
    })
  }
  return runs.sort((a, b) => a.arm.localeCompare(b.arm) || a.seed - b.seed)
}

/** What files or the folder of a run of a sweep are called among those of others; undefined of a run by itself. */
export const nameAmongRuns = ({ arm, seed }: ComparedRun): string | undefined =>
  seed === undefined ? undefined : `${arm.replace(/[^\p{L}\p{N}+._-]/gu, '_')}-seed-${seed}`

/** Runs by arm, in their order. */
export const armsOf = (measured: readonly MeasuredRun[]): Map<string, MeasuredRun[]> =>
  group(measured, ({ arm }) => arm)
