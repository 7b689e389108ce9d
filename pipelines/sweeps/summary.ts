/** What the seeds of an arm say together: mean, interval, and paired difference to the arm `against`. */
import { streamOf } from '../../graphs/streams/draws.js'
import type { JobState } from '../jobs/job-folder.js'
import { mean } from '../statistics/mean.js'
import { type Interval, interval, RESAMPLES } from '../statistics/scores.js'
import { differenceInterval, drawCounts, meanOverSeeds, type Verdict, verdictOf } from '../statistics/two-level.js'
import type { Metric } from './metrics.js'

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
  verdict: Verdict | null
}

/** One seed of an arm, and the job that stands for it. */
export interface Cell {
  arm: string
  seed: number
  key: string
}

/** Its figure, and what it would be under each draw of units. */
export interface Scored extends Cell {
  kind: 'arm' | 'baseline'
  value: number
  draws: Float64Array
}

export type Summarised = Omit<SummaryRow, 'evaluation' | 'role' | 'classifier' | 'metric'>

/** @param scored one metric of one classifier */
export function summarise(
  scored: readonly Scored[],
  cells: readonly Cell[],
  against: string,
  seedDraws: (count: number) => Uint32Array[],
  stateAt: (key: string) => JobState,
): Summarised[] {
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
    const nothing = { difference: null, differenceInterval: null, differenceSeeds: [], verdict: null }
    if (own.length === 0) return { ...base, mean: null, interval: null, ...nothing }
    const drawn = meanOverSeeds(
      own.map(({ draws }) => draws),
      seedDraws(own.length),
    )
    const figures = { mean: meanOf(own), interval: interval([...drawn]) }
    const pairs = own.flatMap(one =>
      reference.filter(({ seed }) => seed === one.seed).map(other => [one, other] as const),
    )
    if ((kind === 'arm' && arm === against) || pairs.length === 0) return { ...base, ...figures, ...nothing }
    const [ours, theirs] = [pairs.map(([one]) => one), pairs.map(([, other]) => other)]
    const together = (list: readonly Scored[]) =>
      meanOverSeeds(
        list.map(({ draws }) => draws),
        seedDraws(pairs.length),
      )
    const range = differenceInterval(together(ours), together(theirs))
    return {
      ...base,
      ...figures,
      difference: meanOf(ours) - meanOf(theirs),
      differenceInterval: range,
      differenceSeeds: ours.map(({ seed }) => seed),
      verdict: verdictOf(range),
    }
  })
}

const meanOf = (list: readonly Scored[]) => mean(list, ({ value }) => value)

/** Draws of k seeds: the same for all arms with as many. */
export function seedDrawsOf(test: string): (count: number) => Uint32Array[] {
  const made = new Map<number, Uint32Array[]>()
  return count => {
    const rng = streamOf(`sweep seeds ${test} ${count}`)
    const draws = made.get(count) ?? Array.from({ length: RESAMPLES }, () => drawCounts(rng, count))
    made.set(count, draws)
    return draws
  }
}
