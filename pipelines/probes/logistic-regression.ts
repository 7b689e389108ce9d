/** Logistic regression with an L2 penalty, of classes that compete or stand each alone, along a path of strengths. */
import { LINKS, type Link } from './links.js'
import { cholesky, dot, type Matrix, rowsOf, solve, timesTransposed, transposed } from './products.js'
import { QuasiNewton } from './quasi-newton.js'
import { thinCoordinates } from './thin-coordinates.js'
import type { Truth } from './truth.js'

const ITERATIONS = 1000
/** Rows from which the curvature is guessed: it speeds the descent up, and does not move its end. */
const GUESSED_FROM = 8192

/**
 * Fits for each strength on `train` and scores `test`. Minimises, as scikit-learn's LogisticRegression does,
 * C Σ cross-entropy + ½ |W|² with an unpenalised intercept, by L-BFGS (Liu and Nocedal, 1989); each fit starts
 * from the one before. Classes that exclude each other share a soft-max; otherwise each has a binary regression (one
 * against the rest), all in one descent.
 *
 * @param train n x D, standardised; @param truth of its rows, not all classes need occur
 * @param strengths C, from small (strong penalty) to large
 * @param tolerance largest entry of the gradient of the mean loss at which a fit counts as done (scikit-learn: 1e-4)
 * @returns for each strength the logits, test rows x classes; infinite for a class that no clip or every clip has
 */
export function logisticRegression(
  train: Matrix,
  truth: Truth,
  test: Matrix,
  { strengths, tolerance }: { strengths: readonly number[]; tolerance: number },
): Matrix[] {
  const counts = new Uint32Array(truth.classes)
  for (const set of truth.sets) for (const c of set) counts[c]! += 1
  const fitted = [...counts.keys()].filter(c => counts[c]! > 0 && (truth.exclusive || counts[c]! < train.rows))
  const thin = train.rows < train.columns ? thinCoordinates(train, test) : { train, test }
  const path = fitPath(thin.train, numbered(truth, fitted), { strengths, tolerance })
  return path.map(({ weights, intercepts }) => {
    const logits = timesTransposed(thin.test, weights)
    const scores = { rows: test.rows, columns: truth.classes, values: new Float64Array(test.rows * truth.classes) }
    for (let row = 0; row < test.rows; row++) {
      const own = scores.values.subarray(row * truth.classes, (row + 1) * truth.classes)
      counts.forEach((count, c) => {
        own[c] = count > 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
      })
      fitted.forEach((c, at) => {
        own[c] = logits.values[row * fitted.length + at]! + intercepts[at]!
      })
    }
    return scores
  })
}

/** The truth of some classes alone, counted anew. */
function numbered({ sets, exclusive }: Truth, classes: readonly number[]): Truth {
  const numbers = new Map(classes.map((c, at) => [c, at]))
  const renamed = sets.map(set => set.flatMap(c => numbers.get(c) ?? []))
  return { classes: classes.length, sets: renamed, exclusive }
}

export interface Fit {
  /** Classes x D. */
  weights: Matrix
  intercepts: Float64Array
  iterations: number
}

/** One fit for each strength C. Two competing classes weigh the penalty twice: then both halves equal one binary regression. */
export function fitPath(
  points: Matrix,
  truth: Truth,
  { strengths, tolerance }: { strengths: readonly number[]; tolerance: number },
): Fit[] {
  const { classes, exclusive } = truth
  const problem = new LogisticProblem(points, truth)
  let parameters: Float64Array = new Float64Array(classes * (points.columns + 1))
  return strengths.map(strength => {
    const penalty = (classes === 2 && exclusive ? 2 : 1) / (strength * points.rows)
    const fitted = problem.minimise(parameters, penalty, tolerance)
    parameters = fitted.parameters
    const split = classes * points.columns
    const weights = { rows: classes, columns: points.columns, values: parameters.slice(0, split) }
    return { weights, intercepts: parameters.slice(split), iterations: fitted.iterations }
  })
}

/** Mean cross-entropy + ½ penalty |W|². Parameters: W row by row (classes x D), then the intercepts. */
class LogisticProblem {
  private readonly turned: Matrix
  private readonly classes: number
  private readonly link: Link
  /** Places in rows x classes where a clip has the class. */
  private readonly positives: Int32Array

  constructor(
    private readonly points: Matrix,
    { sets, classes, exclusive }: Truth,
  ) {
    this.turned = transposed(points)
    this.classes = classes
    this.link = exclusive ? LINKS.softMax : LINKS.sigmoid
    this.positives = Int32Array.from(sets.flatMap((set, row) => set.map(c => row * classes + c)))
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
    const residuals = this.link.probabilities(logits, classes)
    for (const place of this.positives) residuals[place]! -= 1
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
    const { rows } = this.points
    const { first, second } = this.link.along(logits, slope, step, this.classes)
    let observed = 0
    for (const place of this.positives) observed += slope[place]!
    return { first: (first - observed) / rows, second: second / rows }
  }

  /**
   * Inverse of a Hessian that is the same for every class: Xᵀ diag(w) X / n + penalty, w the mean of p (1 - p) over
   * the classes at the starting point. Exact at W = 0; without it a path takes several times as many steps.
   */
  private preconditioner(logits: Float64Array, penalty: number): (vector: Float64Array) => Float64Array {
    const { classes } = this
    const { columns } = this.points
    const step = Math.max(1, Math.floor(this.points.rows / GUESSED_FROM))
    const rows = Math.ceil(this.points.rows / step)
    const chosen = Int32Array.from({ length: rows }, (_, at) => at * step)
    const turned = step === 1 ? this.turned : transposed(rowsOf(this.points, chosen))
    const probabilities = this.link.probabilities(logits, classes)
    const weight = Float64Array.from(chosen, row => {
      let spread = 0
      for (let k = row * classes; k < (row + 1) * classes; k++) spread += probabilities[k]! * (1 - probabilities[k]!)
      return spread / this.link.freedom(classes) / rows
    })
    const weighted = turned.values.map((value, k) => value * weight[k % rows]!)
    const hessian = timesTransposed({ ...turned, values: weighted }, turned)
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

const largest = (vector: Float64Array) => vector.reduce((top, value) => Math.max(top, Math.abs(value)), 0)
