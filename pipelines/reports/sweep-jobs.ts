/** The jobs of a sweep: states, what failed and why, how long they took, the way to each run. */
import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { escaped } from '../drawing/html-page.js'
import { sentence, table } from '../drawing/page.js'
import type { JobState } from '../jobs/job-folder.js'
import { jobFolder } from '../sweeps/job-folder.js'
import { age } from '../terminal/numbers.js'
import type { SweepRecord } from './sweep-record.js'

/** Jobs listed; a sweep may have thousands. */
const LISTED = 500

export function countStates({ jobs }: SweepRecord): [JobState, number][] {
  const states: JobState[] = ['done', 'running', 'waiting', 'failed', 'stale']
  const all = [...jobs.values()]
  return states
    .map((state): [JobState, number] => [state, all.filter(job => job.state === state).length])
    .filter(([, count]) => count > 0)
}

/** Seconds of work, over all jobs and attempts. */
export function secondsOf({ jobs }: SweepRecord): number {
  return [...jobs.values()].reduce((sum, { status }) => sum + (status?.seconds ?? 0), 0)
}

/** @param from folder that links count from: that of the page */
export function jobTable(record: SweepRecord, from: string): string {
  const { plan, jobs } = record
  const cells = plan.arms.flatMap(({ name, jobs }) => jobs.map(({ seed, key }) => ({ arm: name, seed, key })))
  const order: JobState[] = ['failed', 'stale', 'running', 'waiting', 'done']
  const sorted = cells
    .map(cell => ({ ...cell, ...jobs.get(cell.key)! }))
    .sort((one, other) => order.indexOf(one.state) - order.indexOf(other.state))
  const rows = sorted.slice(0, LISTED).map(({ arm, seed, key, state, status }) => {
    const folder = jobFolder(plan, key)
    const run = existsSync(join(folder.run, 'run.yaml')) ? link(runPage(folder.run), 'run', from) : ''
    const log = existsSync(folder.log) ? link(folder.log, 'log', from) : ''
    return [
      arm,
      String(seed),
      { html: state === 'failed' ? '<span class="bad">failed</span>' : state },
      status?.seconds === undefined ? '' : age(status.seconds),
      { html: [run, log].filter(Boolean).join('&nbsp;') },
      state === 'failed' ? (status?.reason ?? '') : state === 'running' ? (status?.phase ?? '') : '',
    ]
  })
  const columns = [
    { title: 'arm' },
    { title: 'seed', number: true },
    { title: 'state' },
    { title: 'time', number: true },
    { title: '' },
    { title: 'what' },
  ]
  const shared = cells.length - jobs.size
  const told = [
    shared > 0 ? `${cells.length} places in the table, ${jobs.size} jobs: arms with the same config share them.` : '',
    cells.length > LISTED ? `${LISTED} of ${cells.length} are listed, what is not done first.` : '',
  ]
  return `${told.filter(Boolean).map(sentence).join('')}${table(columns, rows)}`
}

/** The run's own report if it has one. */
function runPage(run: string): string {
  const report = join(run, 'report.html')
  return existsSync(report) ? report : `${run}/`
}

function link(target: string, name: string, from: string): string {
  const path = relative(from, target).split(/[\\/]/).map(encodeURIComponent).join('/')
  return `<a href="${escaped(path)}">${name}</a>`
}

export function budgetTable(record: SweepRecord): string {
  const { budget } = record.plan
  const took = secondsOf(record)
  const timed = [...record.jobs.values()].filter(({ status }) => status?.seconds !== undefined).length
  const rows = [
    ['jobs at once', String(budget['jobs-at-once'])],
    ['threads a job', budget.threads === undefined ? 'those of the config' : String(budget.threads)],
    ['memory that must be free for a job', `${(budget.memory / 1e9).toFixed(1)} GB`],
    ['longest time of a job', budget.time === undefined ? 'not limited' : age(budget.time)],
    ['work so far, all jobs together', age(took)],
    ['a job, on average', timed > 0 ? age(took / timed) : 'not known'],
  ]
  return table([{ title: 'what' }, { title: 'value' }], rows)
}
