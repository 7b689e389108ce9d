/** One evaluation of a sweep: a figure for each classifier, metric, arm and seed, and their summary. */
import { streamOf } from '../../graphs/streams/draws.js'
import type { JobState } from '../jobs/job-folder.js'
import { interval, RESAMPLES } from '../statistics/scores.js'
import { drawCounts } from '../statistics/two-level.js'
import type { Judged } from './claims.js'
import type { Metric, Scorer } from './metrics.js'
import type { SweepPlan, Test } from './plan.js'
import type { Evidence } from './predictions.js'
import { type Cell, type Scored, type SummaryRow, seedDrawsOf, summarise } from './summary.js'

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
  /** Share, 0 to 1; null if there is none (yet). */
  value: number | null
  /** 95 %, over resampled groups or clips. */
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
  { metrics, unitCount, jobs }: Evidence,
  cells: readonly Cell[],
  stateAt: (key: string) => JobState,
): { rows: ResultRow[]; summary: SummaryRow[]; judged: Judged[] } {
  const rng = streamOf(`sweep units ${test.name}`)
  const draws = Array.from({ length: RESAMPLES }, () => drawCounts(rng, unitCount))
  const once = [new Uint32Array(unitCount).fill(1)]
  const rows: ResultRow[] = []
  const summary: SummaryRow[] = []
  const judged: Judged[] = []
  const classifiers = Object.keys([...jobs.values()][0]?.[0]?.scorers ?? {})
  const seedDraws = seedDrawsOf(test.name)
  for (const classifier of classifiers) {
    const known = new Map<string, { value: ReturnType<Scorer>; draws: ReturnType<Scorer> }>()
    const scoresOf = (key: string, at: number) => {
      const name = `${key} ${at}`
      const scorer = jobs.get(key)![at]!.scorers[classifier]!
      const found = known.get(name) ?? { value: scorer(once), draws: scorer(draws) }
      known.set(name, found)
      return found
    }
    for (const metric of metrics) {
      const scored: Scored[] = contestants(cells, jobs, plan.against).map(({ at, ...cell }) => {
        const scores = scoresOf(cell.key, at)
        return { ...cell, value: scores.value[metric]![0]!, draws: scores.draws[metric]! }
      })
      const where = { evaluation: test.name, role: test.role, classifier, metric }
      for (const { arm, kind, seed, key, value, draws } of scored) {
        const [low, high] = interval([...draws])
        rows.push({ arm, kind, seed, ...where, value, low, high, state: 'done', reason: null, key })
      }
      if (metric === metrics[0]) judged.push({ evaluation: test.name, classifier, scored })
      summary.push(...summarise(scored, cells, plan.against, seedDraws, stateAt).map(row => ({ ...where, ...row })))
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
