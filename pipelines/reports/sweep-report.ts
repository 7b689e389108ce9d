/** The report of a sweep: which part of the recipe matters, and what came of every job. */
import { lineChart, type Series } from '../drawing/chart.js'
import { card, cards, page, type Section, sentence, table, tiles } from '../drawing/page.js'
import { changesInWords } from '../sweeps/plan-text.js'
import { age } from '../terminal/numbers.js'
import { command } from '../terminal/say.js'
import type { MetricLine } from './run-record.js'
import { sweepFigures } from './sweep-figures.js'
import { budgetTable, countStates, jobTable, secondsOf } from './sweep-jobs.js'
import { metricsOf, readSweep, type SweepRecord } from './sweep-record.js'

/** Arms whose curves are drawn. */
const DRAWN = 24

/**
 * @param from folder that links count from: that of the page
 * @returns HTML. @throws Problem if the folder holds no ledger that can be read
 */
export function sweepReport(folder: string, from: string): string {
  const record = readSweep(folder)
  const { plan } = record
  const sections: Section[] = [
    { id: 'results', title: 'Results', body: sweepFigures(record) },
    { id: 'curves', title: 'Losses', body: lossCurves(record) },
    { id: 'jobs', title: 'Jobs', body: jobTable(record, from) },
    { id: 'budget', title: 'Budget and times', body: budgetTable(record) },
    { id: 'arms', title: 'Arms', body: armTable(record) },
  ]
  return page({ title: `Sweep ${plan.name}`, head: headOf(record), sections })
}

function headOf(record: SweepRecord): string {
  const { plan, jobs } = record
  const states = countStates(record)
  const seeds = new Set(plan.arms.flatMap(({ jobs }) => jobs.map(({ seed }) => seed)))
  const figures: [string, string][] = [
    ...states.map(([state, count]): [string, string] => [String(count), `of ${jobs.size} jobs ${state}`]),
    [String(plan.arms.length), plan.arms.length === 1 ? 'arm' : 'arms'],
    [String(seeds.size), seeds.size === 1 ? 'seed' : 'seeds'],
    [age(secondsOf(record)), 'of work'],
  ]
  const open = states.some(([state]) => state !== 'done')
  const retry = states.some(([state]) => state === 'failed') ? ' --retry' : ''
  const next = open ? sentence(command`Next: ./earshot sweep run ${plan.file}` + retry) : ''
  return `${sentence(`${plan.file}, base ${plan.base}; compared with ${plan.against}.`)}${tiles(figures)}${next}`
}

/** A small chart for each arm, a line a seed; the same scale for all. */
function lossCurves(record: SweepRecord): string {
  const { arms } = record.plan
  const read = arms.slice(0, DRAWN).map(({ name, jobs }) => ({
    name,
    runs: jobs
      .map(({ seed, key }) => ({ seed, metrics: metricsOf(record, key) }))
      .filter(run => run.metrics.length > 0),
  }))
  const begun = read.filter(({ runs }) => runs.length > 0)
  if (begun.length === 0) return sentence('No job has logged a step yet.')
  const ends = extremes(begun.flatMap(({ runs }) => runs.flatMap(({ metrics }) => metrics)))
  const charts = begun.flatMap(({ name, runs }) =>
    Object.keys(runs[0]!.metrics.at(-1)!.losses).map(id => {
      const series: Series[] = runs.map(({ seed, metrics }, at) => ({
        name: `seed ${seed}`,
        points: metrics.map(line => ({ x: line.step, y: line.losses[id] ?? Number.NaN })),
        colour: at,
      }))
      const chance = runs[0]!.metrics.flatMap(({ step, chance }) => (id in chance ? [{ x: step, y: chance[id]! }] : []))
      if (chance.length > 0) series.push({ name: 'chance', points: chance, dashed: true, colour: 6 })
      const title = `${name}: ${id}`
      return card(title, lineChart({ title, x: 'step', y: 'loss', series, include: ends.get(id)! }))
    }),
  )
  const left = arms.length > DRAWN ? sentence(`The first ${DRAWN} of ${arms.length} arms.`) : ''
  return left + cards(charts)
}

/** Lowest and highest value of each loss, its chance level among them. */
function extremes(lines: readonly MetricLine[]): Map<string, [number, number]> {
  const found = new Map<string, [number, number]>()
  for (const { losses, chance } of lines)
    for (const [id, loss] of Object.entries(losses)) {
      const values = [loss, chance[id] ?? loss].filter(Number.isFinite)
      const [low, high] = found.get(id) ?? [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
      found.set(id, [Math.min(low, ...values), Math.max(high, ...values)])
    }
  return found
}

function armTable({ plan }: SweepRecord): string {
  const rows = plan.arms
    .slice(0, 500)
    .map(arm => [
      arm.name,
      changesInWords(plan, arm).join(', ') || 'the base as it is',
      arm.jobs.map(({ seed }) => seed).join(', '),
    ])
  const left = plan.arms.length > rows.length ? sentence(`The first ${rows.length} of ${plan.arms.length}.`) : ''
  return left + table([{ title: 'arm' }, { title: 'changes' }, { title: 'seeds' }], rows)
}
