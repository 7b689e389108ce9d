/** The mean loss of a logistic regression with an L2 penalty, and its minimum by L-BFGS along lines of one product each. */

import { LINKS, type Link } from '../../statistics/links.js'
import { cholesky, dot, type Matrix, solve } from '../../statistics/products.js'
import type { Truth } from '../../statistics/truth.js'
import type { DesignMatrix } from './design-matrix.js'
import { QuasiNewton } from './quasi-newton.js'

const ITERATIONS = 1000
/** Rows from which the curvature is guessed: it speeds the descent up, and does not move its end. */
const GUESSED_FROM = 8192

/** A line from the logits of the present parameters, and what is known of the loss along it. */
interface Line {
  logits: Float64Array
  /** Change of the logits by a step of 1. */
  slope: Float64Array
  /** Derivative of the loss at the beginning, below 0. */
  steepness: number
  /** Derivative of the penalty at the beginning, and its own derivative. */
  penalty: { first: number; second: number }
}

/** Mean cross-entropy + ½ penalty |W|². Parameters: W row by row (classes x D), then the intercepts. */
export class LogisticProblem {
  private readonly classes: number
  private readonly link: Link
  /** Places in rows x classes where a clip has the class. */
  private readonly positives: Int32Array
  /** Xᵀ diag(w) X at the first start of a path, and the sum of w. */
  private first: { gram: Matrix; total: number } | undefined

  constructor(
    private readonly points: DesignMatrix,
    { sets, classes, exclusive }: Truth,
  ) {
    this.classes = classes
    this.link = exclusive ? LINKS.softMax : LINKS.sigmoid
    this.positives = Int32Array.from(sets.flatMap((set, row) => set.map(c => row * classes + c)))
  }

  minimise(start: Float64Array, penalty: number, tolerance: number): { parameters: Float64Array; iterations: number } {
    const parameters = start.slice()
    const split = this.classes * this.points.columns
    const inner = (a: Float64Array, b: Float64Array) => dot(a, 0, b, 0, split)
    const logits = this.logits(parameters)
    const probabilities = new Float64Array(logits.length)
    this.link.along(logits, logits, 0, this.classes, probabilities)
    const memory = new QuasiNewton(this.preconditioner(probabilities, penalty))
    let gradient = this.gradient(parameters, probabilities, penalty)
    let iterations = 0
    while (largest(gradient) > tolerance && iterations++ < ITERATIONS) {
      const direction = memory.direction(gradient)
      const slope = this.logits(direction)
      const line = {
        ...{ logits, slope, steepness: dot(gradient, 0, direction, 0, gradient.length) },
        penalty: { first: penalty * inner(parameters, direction), second: penalty * inner(direction, direction) },
      }
      const step = this.stepAlong(line, probabilities)
      for (let k = 0; k < parameters.length; k++) parameters[k]! += step * direction[k]!
      for (let k = 0; k < logits.length; k++) logits[k]! += step * slope[k]!
      const next = this.gradient(parameters, probabilities, penalty)
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
    const { classes, points } = this
    const split = classes * points.columns
    const weights = { rows: classes, columns: points.columns, values: parameters.subarray(0, split) }
    const values = points.logits(weights)
    for (let row = 0; row < values.length; row += classes)
      for (let c = 0; c < classes; c++) values[row + c]! += parameters[split + c]!
    return values
  }

  /** @param probabilities at the parameters; they become the residuals */
  private gradient(parameters: Float64Array, probabilities: Float64Array, penalty: number): Float64Array {
    const { classes, points } = this
    const split = classes * points.columns
    for (const place of this.positives) probabilities[place]! -= 1
    const gradient = new Float64Array(parameters.length)
    gradient.set(points.gathered(probabilities, classes))
    for (let k = 0; k < split; k++) gradient[k] = gradient[k]! / points.rows + penalty * parameters[k]!
    for (let row = 0; row < probabilities.length; row += classes)
      for (let c = 0; c < classes; c++) gradient[split + c]! += probabilities[row + c]! / points.rows
    return gradient
  }

  /**
   * A step at which the slope has fallen by half: a guarded Newton search on one convex variable.
   *
   * @param probabilities become those at the end of the step
   */
  private stepAlong({ logits, slope, steepness, penalty }: Line, probabilities: Float64Array): number {
    const { rows } = this.points
    let observed = 0
    for (const place of this.positives) observed += slope[place]!
    const derivatives = (step: number) => {
      const { first, second } = this.link.along(logits, slope, step, this.classes, probabilities)
      return {
        first: (first - observed) / rows + penalty.first + step * penalty.second,
        second: second / rows + penalty.second,
      }
    }
    const enough = Math.abs(steepness) / 2
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
    const last = low > 0 ? low : step
    derivatives(last)
    return last
  }

  /**
   * Inverse of a Hessian that is the same for every class: Xᵀ diag(w) X / n + penalty, w the mean of p (1 - p) over
   * the classes at the starting point. Exact at W = 0; without it a path takes several times as many steps. Later fits of
   * a path scale the product of the first.
   */
  private preconditioner(probabilities: Float64Array, penalty: number): (vector: Float64Array) => Float64Array {
    const { classes } = this
    const { columns } = this.points
    const { rows, weight, total } = this.curvature(probabilities)
    this.first ??= { gram: this.points.gram(rows, weight), total }
    const hessian = {
      ...this.first.gram,
      values: this.first.gram.values.map(value => (value * total) / this.first!.total),
    }
    for (let k = 0; k < columns; k++) hessian.values[k * columns + k]! += penalty
    const factor = cholesky(hessian)
    return vector => {
      const solved = vector.slice()
      solve(factor, solved, classes)
      for (let k = classes * columns; k < solved.length; k++) solved[k]! /= total
      return solved
    }
  }

  /** Weight of some rows in the Hessian, and its sum. */
  private curvature(probabilities: Float64Array): { rows: Int32Array; weight: Float64Array; total: number } {
    const { classes } = this
    const step = Math.max(1, Math.floor(this.points.rows / GUESSED_FROM))
    const rows = Int32Array.from({ length: Math.ceil(this.points.rows / step) }, (_, at) => at * step)
    const weight = Float64Array.from(rows, row => {
      let spread = 0
      for (let k = row * classes; k < (row + 1) * classes; k++) spread += probabilities[k]! * (1 - probabilities[k]!)
      return spread / this.link.freedom(classes) / rows.length
    })
    return { rows, weight, total: weight.reduce((sum, value) => sum + value, 0) || 1 }
  }
}

const largest = (vector: Float64Array) => vector.reduce((top, value) => Math.max(top, Math.abs(value)), 0)
