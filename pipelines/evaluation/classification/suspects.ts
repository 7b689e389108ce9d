/** What a trained classifier suspects in a training set: wrong labels, by their loss, and missing ones, by its scores. */
import { quantile } from 'd3-array'
import type { Matrix } from '../../statistics/products.js'

/**
 * Clips whose loss is above a percentile of all, NumPy's linear interpolation (Fonseca, Font and Serra, WASPAA 2019: 96.25
 * to 99.25); clips without a loss (NaN) are none of them.
 *
 * @param percentile from 0 to 100
 */
export function largeLosses(losses: ArrayLike<number>, percentile: number): number[] {
  const all = Array.from(losses)
  const threshold = quantile(all, percentile / 100)! // leaves NaN out
  return [...all.keys()].filter(clip => all[clip]! > threshold)
}

/**
 * Of each class, the clips without it that the teacher scores highest: their labels are probably missing (Fonseca et al.,
 * IEEE SPL 2020: 1 to 6 %).
 *
 * @param scores of the teacher, clips x classes @param sets classes that each clip is known to have
 * @param share of the clips without the class that are flagged, from 0 to 1, rounded; of equal scores the earlier clip
 * @returns the flagged classes of each clip
 */
export function missingLabels({ rows, columns, values }: Matrix, sets: readonly number[][], share: number): number[][] {
  const flagged: number[][] = Array.from({ length: rows }, () => [])
  for (let at = 0; at < columns; at++) {
    const without = [...sets.keys()].filter(clip => !sets[clip]!.includes(at))
    const scoreOf = (clip: number) => values[clip * columns + at]!
    const ranked = without.sort((one, other) => scoreOf(other) - scoreOf(one) || one - other)
    for (const clip of ranked.slice(0, Math.round(share * ranked.length))) flagged[clip]!.push(at)
  }
  return flagged
}
