/** Balanced accuracies of several ways to describe the same clips, by seed, and paired intervals of their differences. */
import type { Interval } from '../../pipelines/statistics/scores.js'
import { differenceOf, estimated, leftOut, type Measured } from '../../pipelines/statistics/two-level.js'
import { unitScores } from '../../pipelines/statistics/unit-scores.js'

export interface Estimate {
  value: number
  interval: Interval
}

/** `58.9 [49.5, 68.2]`, percent. */
export const figure = ({ value, interval }: Estimate) =>
  `${value.toFixed(1)} [${interval.map(bound => bound.toFixed(1)).join(', ')}]`

/** `+2.1 [-0.3, +4.4]`, points. */
export const difference = ({ value, interval }: Estimate) => `${signed(value)} [${interval.map(signed).join(', ')}]`
export const signed = (points: number) => `${points < 0 ? '' : '+'}${points.toFixed(1)}`

/** Of each clip 1 if it was recognised, else 0, or a score between, by seed; of what has no seed there is one. */
export type Recognised = readonly ArrayLike<number>[]

export class Paired {
  readonly #tested

  constructor(labels: readonly string[], groups: readonly string[]) {
    const [classes, units] = [[...new Set(labels)], [...new Set(groups)]]
    this.#tested = {
      labels: labels.map(label => classes.indexOf(label)),
      units: groups.map(group => units.indexOf(group)),
      classes: classes.length,
      unitCount: units.length,
    }
  }

  /** In percent, the mean over seeds, and its 95 % interval. */
  figure(recognised: Recognised): Estimate {
    return estimated(this.#measured(recognised))
  }

  /** One less the other, in points; seed by seed, or each seed less what has none. */
  difference(one: Recognised, other: Recognised): Estimate {
    const [ours, theirs] = [this.#measured(one), this.#measured(other)]
    const count = Math.max(ours.length, theirs.length)
    const all = (side: Measured[]) => Array.from({ length: count }, (_, seed) => side[seed] ?? side[0]!)
    return estimated(differenceOf(all(ours), all(theirs)))
  }

  #measured(recognised: Recognised): Measured[] {
    const weights = leftOut(this.#tested.unitCount)
    return recognised.map(right => {
      const [value, ...without] = unitScores(this.#tested, right, weights).balanced.map(share => 100 * share)
      return { value: value!, without: Float64Array.from(without) }
    })
  }
}
