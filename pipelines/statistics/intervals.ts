/** Means with their intervals: mixtures are resampled, the same ones for every row of a table; seeds have a deviation. */

import { deviation } from 'd3-array'
import { streamOf } from '../../graphs/streams/draws.js'
import { mean } from './mean.js'
import { drawCounts, type Interval, interval, RESAMPLES } from './scores.js'

export interface Mean {
  mean: number
  /** 95 %, percentile bootstrap. */
  interval: Interval
  /** Mixtures that it is the mean of. */
  count: number
}

/**
 * @param values of each mixture; undefined where there is none
 * @returns undefined if there is no value at all
 */
export function meanOf(values: readonly (number | undefined)[]): Mean | undefined {
  const there = values.filter(value => value !== undefined)
  if (there.length === 0) return undefined
  const rng = streamOf(`separation resamples ${values.length}`)
  const means: number[] = []
  for (let resample = 0; resample < RESAMPLES; resample++) {
    const counts = drawCounts(rng, values.length)
    let [sum, weight] = [0, 0]
    for (const [at, value] of values.entries()) {
      if (value === undefined) continue
      sum += counts[at]! * value
      weight += counts[at]!
    }
    if (weight > 0) means.push(sum / weight)
  }
  return {
    mean: mean(there),
    interval: interval(means),
    count: there.length,
  }
}

/** Mixture by mixture one less the other: undefined where either is. */
export function differences(
  values: readonly (number | undefined)[],
  others: readonly (number | undefined)[],
): (number | undefined)[] {
  return values.map((value, at) => {
    const other = others[at]
    return value === undefined || other === undefined ? undefined : value - other
  })
}

/** A cell of a table: mean +- standard deviation of the runs that have the figure; empty if none has. */
export function spreadOverSeeds(values: readonly (number | undefined)[], text: (value: number) => string): string {
  const known = values.filter(value => value !== undefined)
  if (known.length === 0) return ''
  const middle = text(mean(known))
  return known.length === 1 ? middle : `${middle} +- ${text(deviation(known)!)}`
}
