/** One evaluation of a sweep: a figure for each classifier, metric, arm and seed, and their summary. */
import type { JobState } from '../jobs/job-folder.js'
import { estimated, leftOut } from '../statistics/two-level.js'
import type { Judged } from './claims.js'
import { type Metric, metricsOf, type Scorer } from './metrics.js'
import type { SweepPlan, Test } from './plan.js'
import type { Evidence } from './predictions.js'
import { type Cell, type Scored, type SummaryRow, summarise } from './summary.js'

/** One figure, or the place of one that is missing. */
export interface ResultRow {
  /** Name of the arm, or of a baseline of the arm `against`. */
  arm: string
  kind: 'arm' | 'baseline'
  seed: number
  evaluation: string
  role: string
  classifier: string | null
  metric: Metric | null
  /** Share, 0 to 1, or nats of the log-loss; null if there is none (yet). */
  value: number | null
  /** 95 %, over groups or clips. */
  low: number | null
  high: number | null
  state: JobState
  reason: string | null
  key: string
}

/** All that can be said of the jobs that are done. */
export function judge(
  plan: SweepPlan,
  test: Test,
  { unitCount, jobs }: Evidence,
  cells: readonly Cell[],
  stateAt: (key: string) => JobState,
): { rows: ResultRow[]; summary: SummaryRow[]; judged: Judged[] } {
  const weights = leftOut(unitCount)
  const rows: ResultRow[] = []
  const summary: SummaryRow[] = []
  const judged: Judged[] = []
  const classifiers = Object.keys([...jobs.values()][0]?.[0]?.scorers ?? {})
  for (const classifier of classifiers) {
    const scorerOf = (key: string, at: number) => jobs.get(key)![at]!.scorers[classifier]!
    const known = new Map<string, ReturnType<Scorer>>()
    const scoresOf = (key: string, at: number) => {
      const name = `${key} ${at}`
      const found = known.get(name) ?? scorerOf(key, at)(weights)
      known.set(name, found)
      return found
    }
    const found = contestants(cells, jobs, plan.against)
    const metrics = metricsOf(found.map(({ key, at }) => scorerOf(key, at)))
    for (const metric of metrics) {
      const scored: Scored[] = found.map(({ at, ...cell }) => {
        const [value, ...without] = scoresOf(cell.key, at)[metric]!
        return { ...cell, value: value!, without: Float64Array.from(without) }
      })
      const where = { evaluation: test.name, role: test.role, classifier, metric }
      for (const { arm, kind, seed, key, ...measured } of scored) {
        const { value, interval } = estimated([measured])
        const [low, high] = interval
        rows.push({ arm, kind, seed, ...where, value, low, high, state: 'done', reason: null, key })
      }
      if (metric === metrics[0]) judged.push({ evaluation: test.name, classifier, metric, scored })
      const about = { cells, against: plan.against, metric, stateAt }
      summary.push(...summarise(scored, about).map(row => ({ ...where, ...row })))
    }
  }
  return { rows, summary, judged }
}

/** The arms' runs, then the baselines of the arm `against`. */
function contestants(cells: readonly Cell[], jobs: Evidence['jobs'], against: string) {
  const done = cells.filter(({ key }) => jobs.has(key))
  const arms = done.map(cell => ({ ...cell, kind: 'arm' as const, at: 0 }))
  const baselines = done
    .filter(({ arm }) => arm === against)
    .flatMap(cell =>
      jobs
        .get(cell.key)!
        .slice(1)
        .map(({ name }, at) => ({ ...cell, arm: name, kind: 'baseline' as const, at: at + 1 })),
    )
  return [...arms, ...baselines]
}
