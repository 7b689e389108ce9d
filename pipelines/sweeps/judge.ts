/** One evaluation of a sweep: a figure for each classifier, metric, arm and seed, and their summary. */
import { streamOf } from '../../graphs/streams/draws.js'
import { interval, RESAMPLES } from '../probes/scores.js'
import type { JobState } from './job-folder.js'
import type { SweepPlan, Test } from './plan.js'
import type { Evidence } from './predictions.js'
import { type Cell, METRICS, type Metric, type Scored, type SummaryRow, seedDrawsOf, summarise } from './summary.js'
import { drawCounts, unitScores } from './two-level.js'

/** One figure, or the place of one that is missing. */
export interface ResultRow {
  /** Name of the arm, or of a ruler of the arm `against`. */
  arm: string
  kind: 'arm' | 'ruler'
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
  { tested, jobs }: Evidence,
  cells: readonly Cell[],
  stateAt: (key: string) => JobState,
): { rows: ResultRow[]; summary: SummaryRow[] } {
  const rng = streamOf(`sweep units ${test.name}`)
  const draws = Array.from({ length: RESAMPLES }, () => drawCounts(rng, tested.unitCount))
  const once = [new Uint32Array(tested.unitCount).fill(1)]
  const rows: ResultRow[] = []
  const summary: SummaryRow[] = []
  const classifiers = Object.keys([...jobs.values()][0]?.[0]?.right ?? {})
  const seedDraws = seedDrawsOf(test.name)
  for (const classifier of classifiers) {
    const known = new Map<string, { value: ReturnType<typeof unitScores>; draws: ReturnType<typeof unitScores> }>()
    const scoresOf = (key: string, at: number) => {
      const name = `${key} ${at}`
      const right = jobs.get(key)![at]!.right[classifier]!
      const found = known.get(name) ?? {
        value: unitScores(tested, right, once),
        draws: unitScores(tested, right, draws),
      }
      known.set(name, found)
      return found
    }
    for (const metric of METRICS) {
      const field = metric === 'accuracy' ? 'accuracy' : 'balanced'
      const scored: Scored[] = contestants(cells, jobs, plan.against).map(({ at, ...cell }) => {
        const scores = scoresOf(cell.key, at)
        return { ...cell, value: scores.value[field][0]!, draws: scores.draws[field] }
      })
      const where = { evaluation: test.name, role: test.role, classifier, metric }
      for (const { arm, kind, seed, key, value, draws } of scored) {
        const [low, high] = interval([...draws])
        rows.push({ arm, kind, seed, ...where, value, low, high, state: 'done', reason: null, key })
      }
      summary.push(...summarise(scored, cells, plan.against, seedDraws, stateAt).map(row => ({ ...where, ...row })))
    }
  }
  return { rows, summary }
}

/** The arms' runs, then the rulers of the arm `against`. */
function contestants(cells: readonly Cell[], jobs: Evidence['jobs'], against: string) {
  const done = cells.filter(({ key }) => jobs.has(key))
  const arms = done.map(cell => ({ ...cell, kind: 'arm' as const, at: 0 }))
  const rulers = done
    .filter(({ arm }) => arm === against)
    .flatMap(cell =>
      jobs
        .get(cell.key)!
        .slice(1)
        .map(({ name }, at) => ({ ...cell, arm: name, kind: 'ruler' as const, at: at + 1 })),
    )
  return [...arms, ...rulers]
}
