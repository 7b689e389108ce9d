/** The classifier without settings: a clip belongs where the mean of its class is nearest. */
import { type Matrix, timesTransposed } from '../../statistics/products.js'
import type { Truth } from '../../statistics/truth.js'

/**
 * Squared Euclidean distance to the mean embedding of each class (of all clips that have it), negated: -|x - m|².
 *
 * @param train n x D; @param test clips x D
 * @returns clips x classes; -Infinity for a class that is absent from training
 */
export function nearestCentroid(train: Matrix, { classes, sets }: Truth, test: Matrix): Matrix {
  const { columns } = train
  const means: Matrix = { rows: classes, columns, values: new Float64Array(classes * columns) }
  const counts = new Float64Array(classes)
  sets.forEach((set, row) => {
    for (const c of set) {
      counts[c]! += 1
      for (let k = 0; k < columns; k++) means.values[c * columns + k]! += train.values[row * columns + k]!
    }
  })
  for (let at = 0; at < means.values.length; at++) means.values[at]! /= counts[Math.floor(at / columns)]! || 1
  const lengths = squaredLengths(means)
  const own = squaredLengths(test)
  const scores = timesTransposed(test, means)
  for (let at = 0; at < scores.values.length; at++) {
    const c = at % classes
    const distance = own[Math.floor(at / classes)]! - 2 * scores.values[at]! + lengths[c]!
    scores.values[at] = counts[c] === 0 ? Number.NEGATIVE_INFINITY : -distance
  }
  return scores
}

function squaredLengths({ rows, columns, values }: Matrix): Float64Array {
  const lengths = new Float64Array(rows)
  for (let at = 0; at < values.length; at++) lengths[Math.floor(at / columns)]! += values[at]! ** 2
  return lengths
}
