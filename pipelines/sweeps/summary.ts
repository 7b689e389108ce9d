/** What the seeds of an arm say together: mean, interval, and paired difference to the arm `against`. */
import type { JobState } from '../jobs/job-folder.js'
import type { Interval } from '../statistics/scores.js'
import {
  type Components,
  differenceOf,
  estimated,
  type Measured,
  type Verdict,
  verdictOf,
} from '../statistics/two-level.js'
import { isLower, type Metric } from './metrics.js'

/** One arm on one evaluation, all its seeds. */
export interface SummaryRow {
  evaluation: string
  role: string
  classifier: string
  metric: Metric
  arm: string
  kind: 'arm' | 'baseline'
  /** Those that are there. */
  seeds: number[]
  /** Seeds that are not there, and why. */
  missing: { seed: number; state: JobState }[]
  mean: number | null
  interval: Interval | null
  /** This arm minus `against`, over the seeds that both have. Null for `against` itself. */
  difference: number | null
  differenceInterval: Interval | null
  differenceSeeds: number[]
  /** How much the difference varies, of two seeds and more: what the power of a further sweep is reckoned from. */
  variance: Components | null
  verdict: Verdict | null
}

/** One seed of an arm, and the job that stands for it. */
export interface Cell {
  arm: string
  seed: number
  key: string
}

/** Its figure, and what it would be without each unit. */
export interface Scored extends Cell, Measured {
  kind: 'arm' | 'baseline'
}

export type Summarised = Omit<SummaryRow, 'evaluation' | 'role' | 'classifier' | 'metric'>

interface About {
  cells: readonly Cell[]
  /** Arm that differences are taken to. */
  against: string
  metric: Metric
  stateAt: (key: string) => JobState
}

/** @param scored one metric of one classifier */
export function summarise(scored: readonly Scored[], { cells, against, metric, stateAt }: About): Summarised[] {
  const reference = scored.filter(({ arm, kind }) => kind === 'arm' && arm === against)
  const arms = [...new Set(cells.map(({ arm }) => arm))].map(arm => ({ arm, kind: 'arm' as const }))
  const baselines = [...new Set(scored.filter(({ kind }) => kind === 'baseline').map(({ arm }) => arm))]
  const names = [...arms, ...baselines.map(arm => ({ arm, kind: 'baseline' as const }))]
  return names.map(({ arm, kind }): Summarised => {
    const own = scored.filter(one => one.arm === arm && one.kind === kind)
    const absent = kind === 'arm' ? cells.filter(cell => cell.arm === arm && stateAt(cell.key) !== 'done') : []
    const base = {
      ...{ arm, kind, seeds: own.map(({ seed }) => seed) },
      missing: absent.map(({ seed, key }) => ({ seed, state: stateAt(key) })),
    }
    const nothing = { difference: null, differenceInterval: null, differenceSeeds: [], variance: null, verdict: null }
    if (own.length === 0) return { ...base, mean: null, interval: null, ...nothing }
    const level = estimated(own)
    const figures = { mean: level.value, interval: level.interval }
    const pairs = own.flatMap(one =>
      reference.filter(({ seed }) => seed === one.seed).map(other => [one, other] as const),
    )
    if ((kind === 'arm' && arm === against) || pairs.length === 0) return { ...base, ...figures, ...nothing }
    const [ours, theirs] = [pairs.map(([one]) => one), pairs.map(([, other]) => other)]
    const { value, interval, components } = estimated(differenceOf(ours, theirs))
    return {
      ...base,
      ...figures,
      difference: value,
      differenceInterval: interval,
      differenceSeeds: ours.map(({ seed }) => seed),
      variance: components ?? null,
      verdict: verdictOf(interval, isLower(metric)),
    }
  })
}
