/**
 * How sure a mean over seeds is: units of the test (kits, voices; clips where there are no groups) and seeds are drawn
 * with replacement, independently of each other, and every arm gets the same draws, so that differences are paired
 * (the pigeonhole bootstrap: Owen, Annals of Applied Statistics 1(2), 2007; McCullagh, Bernoulli 6, 2000).
 */
import type { Rng } from '../../stages/values.js'
import { type Interval, interval } from './scores.js'

/** How often each of `size` things was drawn; `size` draws with replacement. */
export function drawCounts(rng: Rng, size: number): Uint32Array {
  const counts = new Uint32Array(size)
  for (let at = 0; at < size; at++) counts[rng.integer(0, size)]! += 1
  return counts
}

/** What is tested: class and unit of each clip, both counted from 0. */
export interface Tested {
  labels: ArrayLike<number>
  units: ArrayLike<number>
  classes: number
  unitCount: number
}

/** Balanced accuracy and accuracy, under each draw of units. */
export interface DrawnScores {
  balanced: Float64Array
  accuracy: Float64Array
}

/**
 * Scores of one set of predictions under each draw of units; a class of which nothing was drawn is left out.
 *
 * @param right 1 where the prediction was right, else 0, in the order of the clips
 * @param draws how often each unit was drawn; one of ones gives the scores themselves
 */
export function unitScores(tested: Tested, right: ArrayLike<number>, draws: readonly ArrayLike<number>[]): DrawnScores {
  const { labels, units, classes, unitCount } = tested
  const totals = new Float64Array(unitCount * classes)
  const hits = new Float64Array(unitCount * classes)
  for (let at = 0; at < labels.length; at++) {
    const cell = units[at]! * classes + labels[at]!
    totals[cell]! += 1
    hits[cell]! += right[at]!
  }
  const balanced = new Float64Array(draws.length)
  const accuracy = new Float64Array(draws.length)
  const total = new Float64Array(classes)
  const hit = new Float64Array(classes)
  draws.forEach((counts, draw) => {
    total.fill(0)
    hit.fill(0)
    for (let unit = 0; unit < unitCount; unit++) {
      const weight = counts[unit]!
      if (weight === 0) continue
      for (let c = 0, cell = unit * classes; c < classes; c++, cell++) {
        total[c]! += weight * totals[cell]!
        hit[c]! += weight * hits[cell]!
      }
    }
    let [sum, present, all, good] = [0, 0, 0, 0]
    for (let c = 0; c < classes; c++) {
      if (total[c] === 0) continue
      sum += hit[c]! / total[c]!
      present++
      all += total[c]!
      good += hit[c]!
    }
    balanced[draw] = present > 0 ? sum / present : 0
    accuracy[draw] = all > 0 ? good / all : 0
  })
  return { balanced, accuracy }
}

/**
 * Mean over seeds under each draw of seeds and units together.
 *
 * @param scores of each seed, under each draw of units
 * @param draws how often each seed was drawn, for each draw of units
 */
export function meanOverSeeds(scores: readonly Float64Array[], draws: readonly ArrayLike<number>[]): Float64Array {
  return Float64Array.from(draws, (counts, draw) => {
    let sum = 0
    for (let seed = 0; seed < scores.length; seed++) sum += counts[seed]! * scores[seed]![draw]!
    return sum / scores.length
  })
}

/** 95 % interval of one minus the other, draw by draw. */
export function differenceInterval(one: Float64Array, other: Float64Array): Interval {
  return interval(Array.from(one, (value, draw) => value - other[draw]!))
}

export type Verdict = 'better' | 'worse' | 'not resolved'

/** What an interval of a difference says; one that touches 0 says nothing. */
export const verdictOf = ([low, high]: Interval): Verdict => (low > 0 ? 'better' : high < 0 ? 'worse' : 'not resolved')

export type ClaimVerdict = 'holds' | 'fails' | 'not resolved'

/** The same, of a claim that the first is better than the second. */
export const claimVerdict = ([low, high]: Interval): ClaimVerdict =>
  low > 0 ? 'holds' : high < 0 ? 'fails' : 'not resolved'
