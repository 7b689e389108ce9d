/** Claims that a sweep was made for, each with its answer: holds, fails, or not resolved. */
import { group } from 'd3-array'
import type { Interval } from '../statistics/scores.js'
import {
  type ClaimVerdict,
  type Components,
  claimVerdict,
  differenceOf,
  estimated,
  meanMeasured,
} from '../statistics/two-level.js'
import { isLower, type Metric } from './metrics.js'
import type { Scored, SummaryRow } from './summary.js'
import type { Claim } from './sweep-schema.js'

/** One claim on one evaluation. */
export interface ClaimRow {
  claim: string
  evaluation: string
  classifier: string
  metric: Metric
  /** What is compared, in words: `joint`, `mean of 5 % and 25 %`, `100 % (best of 4 on development)`. */
  better: string
  than: string
  /** Mean over the seeds that both sides have; null if there are none yet. */
  difference: number | null
  interval: Interval | null
  seeds: number[]
  /** How much the difference varies; of two seeds and more. */
  variance: Components | null
  verdict: ClaimVerdict | null
}

/** Figures of one evaluation in its first metric: those of every arm and seed. */
export interface Judged {
  evaluation: string
  classifier: string
  metric: Metric
  scored: readonly Scored[]
}

/**
 * @param judged evaluations that claims are answered by
 * @param summary of all evaluations, by which the best of several arms is chosen
 */
export function answerClaims(
  claims: Readonly<Record<string, Claim>>,
  judged: readonly Judged[],
  summary: readonly SummaryRow[],
): ClaimRow[] {
  return Object.entries(claims).flatMap(([claim, { better, than, on }]) =>
    judged
      .filter(({ evaluation }) => on.includes(evaluation))
      .map(({ evaluation, classifier, metric, scored }): ClaimRow => {
        const [ours, theirs] = [sideOf(better, summary), sideOf(than, summary)]
        const about = { claim, evaluation, classifier, metric, better: ours.name, than: theirs.name }
        return { ...about, ...compared(seedsOf(scored, ours.arms), seedsOf(scored, theirs.arms), metric) }
      }),
  )
}

interface Side {
  name: string
  arms: readonly string[]
}

/** An arm, the mean of several, or the one that another evaluation chooses. */
function sideOf(side: Claim['than'], summary: readonly SummaryRow[]): Side {
  if (typeof side === 'string') return { name: side, arms: [side] }
  if (Array.isArray(side)) return { name: `mean of ${side.join(', ')}`, arms: side }
  const { best, by } = side
  const worth = (arm: string) => {
    const row = summary.find(row => row.evaluation === by && row.kind === 'arm' && row.arm === arm)
    return row?.mean == null ? Number.NEGATIVE_INFINITY : isLower(row.metric) ? -row.mean : row.mean
  }
  const [chosen] = [...best].sort((one, other) => worth(other) - worth(one))
  return { name: `${chosen} (best of ${best.length} on ${by})`, arms: [chosen!] }
}

/** By seed, the figures of all arms of a side; seeds that one of them lacks are left out. */
function seedsOf(scored: readonly Scored[], arms: readonly string[]): Map<number, Scored[]> {
  const own = scored.filter(({ kind, arm }) => kind === 'arm' && arms.includes(arm))
  const seeds = group(own, ({ seed }) => seed)
  return new Map([...seeds].filter(([, list]) => list.length === arms.length))
}

function compared(ours: Map<number, Scored[]>, theirs: Map<number, Scored[]>, metric: Metric) {
  const seeds = [...ours.keys()].filter(seed => theirs.has(seed)).sort((one, other) => one - other)
  if (seeds.length === 0) return { difference: null, interval: null, seeds, variance: null, verdict: null }
  const of = (side: Map<number, Scored[]>) => seeds.map(seed => meanMeasured(side.get(seed)!))
  const { value: difference, interval, components: variance = null } = estimated(differenceOf(of(ours), of(theirs)))
  return { difference, interval, seeds, variance, verdict: claimVerdict(interval, isLower(metric)) } as const
}
