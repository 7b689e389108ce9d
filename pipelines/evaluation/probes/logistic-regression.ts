/** Logistic regression with an L2 penalty, of classes that compete or stand each alone, along a path of strengths. */

import type { Matrix } from '../../statistics/products.js'
import type { Truth } from '../../statistics/truth.js'
import { type DesignMatrix, designMatrix } from './design-matrix.js'
import { LogisticProblem } from './logistic-problem.js'
import { thinCoordinates } from './thin-coordinates.js'

/**
 * Fits for each strength on `train` and scores `test`. Minimises, as scikit-learn's LogisticRegression does,
 * C Σ cross-entropy + ½ |W|² with an unpenalised intercept, by L-BFGS (Liu and Nocedal, 1989); each fit starts
 * from the one before. Classes that exclude each other share a soft-max; otherwise each has a binary regression (one
 * against the rest), all in one descent. The products of large problems are TensorFlow's.
 *
 * @param train n x D, standardised; @param truth of its rows, not all classes need occur
 * @param strengths C, from small (strong penalty) to large
 * @param tolerance largest entry of the gradient of the mean loss at which a fit counts as done (scikit-learn: 1e-4)
 * @returns for each strength the logits, test rows x classes; infinite for a class that no clip or every clip has
 * @throws Problem `no-engine` if the problem is large and TensorFlow is not installed
 */
export async function logisticRegression(
  train: Matrix,
  truth: Truth,
  test: Matrix,
  about: { strengths: readonly number[]; tolerance: number },
): Promise<Matrix[]> {
  const counts = new Uint32Array(truth.classes)
  for (const set of truth.sets) for (const c of set) counts[c]! += 1
  const fitted = [...counts.keys()].filter(c => counts[c]! > 0 && (truth.exclusive || counts[c]! < train.rows))
  const thin = train.rows < train.columns ? thinCoordinates(train, test) : { train, test }
  const points = await designMatrix(thin.train, fitted.length)
  const path = using(points, () => fitPath(points, numbered(truth, fitted), about))
  const asked = await designMatrix(thin.test, fitted.length)
  return using(asked, () =>
    path.map(({ weights, intercepts }) => {
      const logits = asked.logits(weights)
      const scores = { rows: test.rows, columns: truth.classes, values: new Float64Array(test.rows * truth.classes) }
      for (let row = 0; row < test.rows; row++) {
        const own = scores.values.subarray(row * truth.classes, (row + 1) * truth.classes)
        counts.forEach((count, c) => {
          own[c] = count > 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
        })
        fitted.forEach((c, at) => {
          own[c] = logits[row * fitted.length + at]! + intercepts[at]!
        })
      }
      return scores
    }),
  )
}

function using<Result>(points: DesignMatrix, work: () => Result): Result {
  try {
    return work()
  } finally {
    points.dispose()
  }
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
  points: DesignMatrix,
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
