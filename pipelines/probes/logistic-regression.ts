/** Multinomial logistic regression with an L2 penalty, fitted along a path of strengths. */
import { cholesky, dot, type Matrix, solve, timesTransposed, transposed } from './products.js'
import { QuasiNewton } from './quasi-newton.js'
import { thinCoordinates } from './thin-coordinates.js'

const ITERATIONS = 1000

/**
 * Fits for each strength on `train` and predicts `test`. Minimises, as scikit-learn's LogisticRegression does,
 * C Σ cross-entropy + ½ |W|² with an unpenalised intercept, by L-BFGS (Liu and Nocedal, 1989); each fit starts
 * from the one before.
 *
 * @param train n x D, standardised; @param labels n class numbers below `classes`, not all need occur
 * @param strengths C, from small (strong penalty) to large
 * @param tolerance largest entry of the gradient of the mean loss at which a fit counts as done (scikit-learn: 1e-4)
 * @returns for each strength the predicted class of every test row
 */
export function logisticRegression(
  train: Matrix,
  labels: Int32Array,
  test: Matrix,
  { classes, strengths, tolerance }: { classes: number; strengths: readonly number[]; tolerance: number },
): Int32Array[] {
  const present = Array.from({ length: classes }, (_, c) => c).filter(c => labels.includes(c))
  const targets = labels.map(label => present.indexOf(label))
  const thin = train.rows < train.columns ? thinCoordinates(train, test) : { train, test }
  const path = fitPath(thin.train, targets, { classes: present.length, strengths, tolerance })
  return path.map(({ weights, intercepts }) => {
    const logits = timesTransposed(thin.test, weights)
    return Int32Array.from({ length: test.rows }, (_, row) => {
      let best = 0
      const at = row * present.length
      for (let c = 1; c < present.length; c++)
        if (logits.values[at + c]! + intercepts[c]! > logits.values[at + best]! + intercepts[best]!) best = c
      return present[best]!
    })
  })
}

export interface Fit {
  /** Classes x D. */
  weights: Matrix
  intercepts: Float64Array
  iterations: number
}

/** One fit for each strength C. Two classes weigh the penalty twice: then both halves equal one binary regression. */
export function fitPath(
  points: Matrix,
  targets: Int32Array,
  { classes, strengths, tolerance }: { classes: number; strengths: readonly number[]; tolerance: number },
): Fit[] {
  const problem = new SoftMaxProblem(points, targets, classes)
  let parameters: Float64Array = new Float64Array(classes * (points.columns + 1))
  return strengths.map(strength => {
    const penalty = (classes === 2 ? 2 : 1) / (strength * points.rows)
    const fitted = problem.minimise(parameters, penalty, tolerance)
    parameters = fitted.parameters
    const split = classes * points.columns
    const weights = { rows: classes, columns: points.columns, values: parameters.slice(0, split) }
    return { weights, intercepts: parameters.slice(split), iterations: fitted.iterations }
  })
}

/** Mean cross-entropy + ½ penalty |W|². Parameters: W row by row (classes x D), then the intercepts. */
class SoftMaxProblem {
  private readonly turned: Matrix

  constructor(
    private readonly points: Matrix,
    private readonly targets: Int32Array,
    private readonly classes: number,
  ) {
    this.turned = transposed(points)
  }

  minimise(start: Float64Array, penalty: number, tolerance: number): { parameters: Float64Array; iterations: number } {
    const parameters = start.slice()
    const logits = this.logits(parameters)
    const memory = new QuasiNewton(this.preconditioner(logits, penalty))
    let gradient = this.gradient(parameters, logits, penalty)
    let iterations = 0
    while (largest(gradient) > tolerance && iterations++ < ITERATIONS) {
      const direction = memory.direction(gradient)
      const slope = this.logits(direction)
      const step = this.stepAlong(logits, slope, parameters, direction, penalty)
      for (let k = 0; k < parameters.length; k++) parameters[k]! += step * direction[k]!
      for (let k = 0; k < logits.length; k++) logits[k]! += step * slope[k]!
      const next = this.gradient(parameters, logits, penalty)
      memory.remember(
        direction.map(value => step * value),
        next.map((value, k) => value - gradient[k]!),
      )
      gradient = next
    }
    return { parameters, iterations }
  }

  /** n x classes. Linear in the parameters, so a line search needs one product only. */
  private logits(parameters: Float64Array): Float64Array {
    const split = this.classes * this.points.columns
    const weights = { rows: this.classes, columns: this.points.columns, values: parameters.subarray(0, split) }
    const { values } = timesTransposed(this.points, weights)
    for (let k = 0; k < values.length; k++) values[k]! += parameters[split + (k % this.classes)]!
    return values
  }

  private gradient(parameters: Float64Array, logits: Float64Array, penalty: number): Float64Array {
    const { classes, points } = this
    const split = classes * points.columns
    const residuals = softMax(logits, classes)
    for (let row = 0; row < points.rows; row++) residuals[row * classes + this.targets[row]!]! -= 1
    const turned = transposed({ rows: points.rows, columns: classes, values: residuals })
    const gradient = new Float64Array(parameters.length)
    gradient.set(timesTransposed(turned, this.turned).values)
    for (let k = 0; k < split; k++) gradient[k] = gradient[k]! / points.rows + penalty * parameters[k]!
    for (let k = 0; k < residuals.length; k++) gradient[split + (k % classes)]! += residuals[k]! / points.rows
    return gradient
  }

  /** The step at which the slope has fallen to a tenth: a guarded Newton search on one convex variable. */
  private stepAlong(
    logits: Float64Array,
    slope: Float64Array,
    parameters: Float64Array,
    direction: Float64Array,
    penalty: number,
  ): number {
    const split = this.classes * this.points.columns
    const across = penalty * dot(parameters, 0, direction, 0, split)
    const along = penalty * dot(direction, 0, direction, 0, split)
    const derivatives = (step: number) => {
      const { first, second } = this.lossAlong(logits, slope, step)
      return { first: first + across + step * along, second: second + along }
    }
    const enough = Math.abs(derivatives(0).first) / 10
    let [low, high, step] = [0, Number.POSITIVE_INFINITY, 1]
    for (let tries = 0; tries < 20; tries++) {
      const { first, second } = derivatives(step)
      if (Math.abs(first) <= enough) return step
      if (first < 0) low = step
      else high = step
      const newton = step - first / second
      const middle = high === Number.POSITIVE_INFINITY ? 2 * low : (low + high) / 2
      step = newton > low && newton < high && Number.isFinite(newton) ? Math.min(newton, 10 * Math.max(low, 1)) : middle
    }
    return low > 0 ? low : step
  }

  /** First and second derivative of the mean cross-entropy at logits + step slope, by the step. */
  private lossAlong(logits: Float64Array, slope: Float64Array, step: number): { first: number; second: number } {
    const { classes, targets } = this
    let [first, second] = [0, 0]
    for (let row = 0, start = 0; row < targets.length; row++, start += classes) {
      let [top, sum, mean, square] = [Number.NEGATIVE_INFINITY, 0, 0, 0]
      for (let k = start; k < start + classes; k++) top = Math.max(top, logits[k]! + step * slope[k]!)
      for (let k = start; k < start + classes; k++) {
        const weight = Math.exp(logits[k]! + step * slope[k]! - top)
        sum += weight
        mean += weight * slope[k]!
        square += weight * slope[k]! ** 2
      }
      first += mean / sum - slope[start + targets[row]!]!
      second += square / sum - (mean / sum) ** 2
    }
    return { first: first / targets.length, second: second / targets.length }
  }

  /**
   * Inverse of a Hessian that is the same for every class: Xᵀ diag(w) X / n + penalty, w the mean of p (1 - p) over
   * the classes at the starting point. Exact at W = 0; without it a path takes several times as many steps.
   */
  private preconditioner(logits: Float64Array, penalty: number): (vector: Float64Array) => Float64Array {
    const { classes } = this
    const { rows, columns } = this.points
    const probabilities = softMax(logits, classes)
    const weight = Float64Array.from({ length: rows }, (_, row) => {
      let spread = 0
      for (let k = row * classes; k < (row + 1) * classes; k++) spread += probabilities[k]! * (1 - probabilities[k]!)
      return spread / Math.max(1, classes - 1) / rows
    })
    const weighted = this.turned.values.map((value, k) => value * weight[k % rows]!)
    const hessian = timesTransposed({ ...this.turned, values: weighted }, this.turned)
    for (let k = 0; k < columns; k++) hessian.values[k * columns + k]! += penalty
    const factor = cholesky(hessian)
    const total = weight.reduce((sum, value) => sum + value, 0) || 1
    return vector => {
      const solved = vector.slice()
      solve(factor, solved, classes)
      for (let k = classes * columns; k < solved.length; k++) solved[k]! /= total
      return solved
    }
  }
}

/** Row by row: exp(x - max) / Σ. */
function softMax(logits: Float64Array, classes: number): Float64Array {
  const out = new Float64Array(logits.length)
  for (let start = 0; start < logits.length; start += classes) {
    let [top, sum] = [Number.NEGATIVE_INFINITY, 0]
    for (let k = start; k < start + classes; k++) top = Math.max(top, logits[k]!)
    for (let k = start; k < start + classes; k++) sum += out[k] = Math.exp(logits[k]! - top)
    for (let k = start; k < start + classes; k++) out[k]! /= sum
  }
  return out
}

const largest = (vector: Float64Array) => vector.reduce((top, value) => Math.max(top, Math.abs(value)), 0)
