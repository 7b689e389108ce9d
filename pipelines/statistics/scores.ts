/** How good predictions are, and how sure that is: the same resamples for everybody, so that differences are paired. */
import { streamOf } from '../../graphs/streams/draws.js'
import type { Rng } from '../../stages/values.js'
import type { Matrix } from './products.js'
import type { Truth } from './truth.js'

export interface Score {
  /** Mean over the classes of the share of its clips that was right. Chance is 1 / classes. */
  balanced: number
  /** Share of clips that was right. */
  accuracy: number
}

/** How often each of `size` things was drawn; `size` draws with replacement. */
export function drawCounts(rng: Rng, size: number): Uint32Array {
  const counts = new Uint32Array(size)
  for (let at = 0; at < size; at++) counts[rng.integer(0, size)]! += 1
  return counts
}

/** Low and high end, 95 %. */
export type Interval = [low: number, high: number]

export const RESAMPLES = 2000

/** Members of `tested`, right or wrong (a share where guesses are random), each weighing what `weights` says. */
export function score(labels: ArrayLike<number>, right: ArrayLike<number>, weights?: ArrayLike<number>): Score {
  let classes = 0
  for (let at = 0; at < labels.length; at++) if (labels[at]! >= classes) classes = labels[at]! + 1
  const [totals, hits] = [new Float64Array(classes), new Float64Array(classes)]
  for (let at = 0; at < labels.length; at++) {
    const weight = weights ? weights[at]! : 1
    const label = labels[at]!
    totals[label]! += weight
    hits[label]! += weight * right[at]!
  }
  const [all, good] = [totals, hits].map(each => each.reduce((a, b) => a + b, 0)) as [number, number]
  let [sum, present] = [0, 0]
  totals.forEach((total, label) => {
    if (total === 0) return
    sum += hits[label]! / total
    present++
  })
  return { balanced: present ? sum / present : 0, accuracy: all ? good / all : 0 }
}

/** A figure as a function of how much each tested member counts; once each if that is absent. */
export type Measure<S> = (weights?: ArrayLike<number>, resample?: number) => S

/**
 * Figures of several predictors on the same resamples: whole units (clips, or groups with all their clips) are drawn
 * with replacement.
 *
 * @param units name of each tested member's unit
 * @returns for each predictor `count` figures
 */
export function resampled<S>(
  units: readonly string[],
  measures: readonly Measure<S>[],
  { seed, count = RESAMPLES }: { seed: number; count?: number },
): S[][] {
  const numbers = new Map<string, number>()
  const unitOf = Uint32Array.from(units, unit => numbers.get(unit) ?? numbers.set(unit, numbers.size).size - 1)
  const rng = streamOf(`probe resamples ${seed}`)
  const figures: S[][] = measures.map(() => [])
  for (let resample = 0; resample < count; resample++) {
    const drawn = drawCounts(rng, numbers.size)
    const weights = unitOf.map(unit => drawn[unit]!)
    measures.forEach((measure, predictor) => {
      figures[predictor]!.push(measure(weights, resample))
    })
  }
  return figures
}

/**
 * Scores of several predictors on the same resamples. A class of which nothing was drawn is left out of that balanced
 * accuracy.
 *
 * @param right for each predictor how right it was on each member
 */
export function resampledScores(
  labels: ArrayLike<number>,
  units: readonly string[],
  right: readonly ArrayLike<number>[],
  options: { seed: number; count?: number },
): Score[][] {
  const measures = right.map(
    (hits): Measure<Score> =>
      weights =>
        score(labels, hits, weights),
  )
  return resampled(units, measures, options)
}

/** Percentile interval (Efron and Tibshirani, An Introduction to the Bootstrap, 13.3). */
export function interval(values: readonly number[]): Interval {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number) => {
    const place = share * (sorted.length - 1)
    const below = Math.floor(place)
    const above = sorted[Math.min(below + 1, sorted.length - 1)]!
    return sorted[below]! + (place - below) * (above - sorted[below]!)
  }
  return [at(0.025), at(0.975)]
}

/**
 * -ln of the probability that a soft-max of the scores gives to each clip's class, in nats (as scikit-learn's log_loss,
 * clip by clip).
 *
 * @param scores logits, clips x classes; @param truth of the same clips, one class each
 */
export function logLosses({ rows, columns, values }: Matrix, { sets }: Truth): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => {
    const own = values.subarray(row * columns, (row + 1) * columns)
    const top = own.reduce((most, logit) => Math.max(most, logit), Number.NEGATIVE_INFINITY)
    const sum = own.reduce((total, logit) => total + Math.exp(logit - top), 0)
    return top + Math.log(sum) - own[sets[row]![0]!]!
  })
}
