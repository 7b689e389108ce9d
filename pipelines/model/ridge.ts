/** A linear probe in closed form: what a linear model says of clips that it has not seen, without fitting one for each. */
import { group } from 'd3-array'
import { cholesky, type Matrix, rowsOf, solve, timesTransposed, transposed } from '../statistics/products.js'
import { standardise } from '../statistics/standardise.js'

/**
 * Ridge regression on one-hot classes, each unit (clip or group) predicted by the model of all others. Features are
 * standardised over all rows, the penalty is as many times the squared weights as there are rows, the intercept is free.
 * Leaving a unit out needs no other fit: its residuals are (I - H_gg)^-1 (y_g - f_g), where f are the fitted values and
 * H_gg the unit's part of the hat matrix X (X'X + nI)^-1 X' + 1/n (Hastie et al., The Elements of Statistical Learning,
 * 7.10, for units of one row).
 *
 * @param units number of each row's unit, from 0; two at least
 * @returns scores of the classes, rows x classes; the largest is the class
 */
export function ridgeLeavingOut(features: Matrix, labels: Int32Array, units: Int32Array, classes: number): Matrix {
  const x = standardise(features, { ...features, rows: 0, values: new Float64Array(0) }).train
  const { rows: n, columns: d } = x
  const wide = transposed(x)
  const penalised = timesTransposed(wide, wide)
  for (let at = 0; at < d; at++) penalised.values[at * d + at]! += n
  // X (X'X + nI)^-1
  const projected: Matrix = { ...x, values: x.values.slice() }
  solve(cholesky(penalised), projected.values, n)
  const targets = oneHot(labels, classes)
  const weights = timesTransposed(transposed(targets), transposed(projected))
  const scores = timesTransposed(x, weights)
  const means = Float64Array.from({ length: classes }, (_, c) => labels.filter(label => label === c).length / n)
  for (let at = 0; at < scores.values.length; at++) scores.values[at]! += means[at % classes]!
  for (const rows of group(units.keys(), row => units[row]).values()) leaveOut(rows, { x, projected, targets, scores })
  return scores
}

interface Fit {
  x: Matrix
  projected: Matrix
  targets: Matrix
  /** The unit's rows are overwritten. */
  scores: Matrix
}

function leaveOut(rows: readonly number[], { x, projected, targets, scores }: Fit): void {
  const classes = scores.columns
  const rest = timesTransposed(rowsOf(projected, rows), rowsOf(x, rows))
  for (let at = 0; at < rest.values.length; at++) {
    const onDiagonal = at % rows.length === Math.floor(at / rows.length)
    rest.values[at] = (onDiagonal ? 1 : 0) - 1 / x.rows - rest.values[at]!
  }
  const residuals = new Float64Array(classes * rows.length)
  rows.forEach((row, at) => {
    for (let c = 0; c < classes; c++)
      residuals[c * rows.length + at] = targets.values[row * classes + c]! - scores.values[row * classes + c]!
  })
  solve(cholesky(rest), residuals, classes)
  rows.forEach((row, at) => {
    for (let c = 0; c < classes; c++)
      scores.values[row * classes + c] = targets.values[row * classes + c]! - residuals[c * rows.length + at]!
  })
}

function oneHot(labels: Int32Array, classes: number): Matrix {
  const values = new Float64Array(labels.length * classes)
  for (const [row, label] of labels.entries()) values[row * classes + label] = 1
  return { rows: labels.length, columns: classes, values }
}
