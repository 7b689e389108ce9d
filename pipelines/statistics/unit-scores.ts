/** Scores of clips that are weighed by the unit they belong to: kit, voice, or the clip itself. */

/** What is tested: class and unit of each clip, both counted from 0. */
export interface Tested {
  labels: ArrayLike<number>
  units: ArrayLike<number>
  classes: number
  unitCount: number
}

/** Under each weighing of the units. */
export interface UnitScores {
  /** Mean over the classes. */
  balanced: Float64Array
  /** Mean over the clips. */
  plain: Float64Array
}

/**
 * A class of which nothing is left is left out.
 *
 * @param values of each clip, such as 1 where a prediction was right, else 0
 * @param weights how often each unit counts; one of ones gives the scores themselves
 */
export function unitScores(
  { labels, units, classes, unitCount }: Tested,
  values: ArrayLike<number>,
  weights: readonly ArrayLike<number>[],
): UnitScores {
  const counts = new Float64Array(unitCount * classes)
  const sums = new Float64Array(unitCount * classes)
  for (let at = 0; at < labels.length; at++) {
    const cell = units[at]! * classes + labels[at]!
    counts[cell]! += 1
    sums[cell]! += values[at]!
  }
  const balanced = new Float64Array(weights.length)
  const plain = new Float64Array(weights.length)
  const count = new Float64Array(classes)
  const sum = new Float64Array(classes)
  weights.forEach((own, at) => {
    count.fill(0)
    sum.fill(0)
    for (let unit = 0; unit < unitCount; unit++) {
      const weight = own[unit]!
      if (weight === 0) continue
      for (let c = 0, cell = unit * classes; c < classes; c++, cell++) {
        count[c]! += weight * counts[cell]!
        sum[c]! += weight * sums[cell]!
      }
    }
    let [means, present, all, total] = [0, 0, 0, 0]
    for (let c = 0; c < classes; c++) {
      if (count[c] === 0) continue
      means += sum[c]! / count[c]!
      present++
      all += count[c]!
      total += sum[c]!
    }
    balanced[at] = present > 0 ? means / present : 0
    plain[at] = all > 0 ? total / all : 0
  })
  return { balanced, plain }
}
