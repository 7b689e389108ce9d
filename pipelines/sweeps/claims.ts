/** Claims that a sweep was made for, each with its answer: holds, fails, or not resolved. */
import { mean } from '../statistics/mean.js'
import type { Interval } from '../statistics/scores.js'
import { type ClaimVerdict, claimVerdict, differenceInterval, meanOverSeeds } from '../statistics/two-level.js'
import { type Scored, type SummaryRow, seedDrawsOf } from './summary.js'
import type { Claim } from './sweep-schema.js'

/** One claim on one evaluation. */
export interface ClaimRow {
  claim: string
  evaluation: string
  classifier: string
  /** What is compared, in words: `joint`, `mean of 5 % and 25 %`, `100 % (best of 4 on development)`. */
  better: string
  than: string
  /** Mean over the seeds that both sides have; null if there are none yet. */
  difference: number | null
  interval: Interval | null
  seeds: number[]
  verdict: ClaimVerdict | null
}

/** Figures of one evaluation in its first metric: those of every arm and seed, with their draws. */
export interface Judged {
  evaluation: string
  classifier: string
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
      .map(({ evaluation, classifier, scored }): ClaimRow => {
        const [ours, theirs] = [sideOf(better, summary), sideOf(than, summary)]
        const about = { claim, evaluation, classifier, better: ours.name, than: theirs.name }
        return { ...about, ...compared(seedsOf(scored, ours.arms), seedsOf(scored, theirs.arms), evaluation) }
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
  const figure = (arm: string) =>
    summary.find(row => row.evaluation === by && row.kind === 'arm' && row.arm === arm)?.mean ??
    Number.NEGATIVE_INFINITY
  const [chosen] = [...best].sort((one, other) => figure(other) - figure(one))
  return { name: `${chosen} (best of ${best.length} on ${by})`, arms: [chosen!] }
}

/** By seed, the figures of all arms of a side; seeds that one of them lacks are left out. */
function seedsOf(scored: readonly Scored[], arms: readonly string[]): Map<number, Scored[]> {
  const own = scored.filter(({ kind, arm }) => kind === 'arm' && arms.includes(arm))
  const seeds = new Map<number, Scored[]>()
  for (const one of own) seeds.set(one.seed, [...(seeds.get(one.seed) ?? []), one])
  return new Map([...seeds].filter(([, list]) => list.length === arms.length))
}

function compared(ours: Map<number, Scored[]>, theirs: Map<number, Scored[]>, evaluation: string) {
  const seeds = [...ours.keys()].filter(seed => theirs.has(seed)).sort((one, other) => one - other)
  if (seeds.length === 0) return { difference: null, interval: null, seeds, verdict: null }
  const seedDraws = seedDrawsOf(evaluation)(seeds.length)
  const figure = (side: Map<number, Scored[]>) => mean(seeds, seed => mean(side.get(seed)!, ({ value }) => value))
  const drawn = (side: Map<number, Scored[]>) =>
    meanOverSeeds(
      seeds.map(seed => meanDraws(side.get(seed)!)),
      seedDraws,
    )
  const interval = differenceInterval(drawn(ours), drawn(theirs))
  return { difference: figure(ours) - figure(theirs), interval, seeds, verdict: claimVerdict(interval) } as const
}

const meanDraws = (list: readonly Scored[]): Float64Array =>
  Float64Array.from(list[0]!.draws, (_, draw) => mean(list, ({ draws }) => draws[draw]!))
