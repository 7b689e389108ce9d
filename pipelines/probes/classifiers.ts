/** The two shallow classifiers of a probe, with the settings they choose from. */
import { logisticRegression } from './logistic-regression.js'
import { nearestNeighbours } from './nearest-neighbours.js'
import type { Matrix } from './products.js'

export interface Classifier {
  name: string
  /** Name of the setting that is chosen on inner folds. */
  setting: string
  /** From the smoothest to the most flexible; of equals the first is chosen. */
  settings: readonly number[]
  /** @returns for each setting the class of every test row; `final` fits are run to the end */
  predict(
    train: Matrix,
    labels: Int32Array,
    test: Matrix,
    about: { classes: number; settings: readonly number[]; final: boolean },
  ): Int32Array[]
}

/** Choosing a strength needs no more digits than this; the final fit is run further than scikit-learn's default. */
export const TOLERANCES = { choosing: 3e-4, final: 1e-5 }

export const CLASSIFIERS: readonly Classifier[] = [
  {
    name: 'logistic regression',
    setting: 'C',
    settings: [1e-3, 1e-2, 1e-1, 1, 10],
    predict: (train, labels, test, { classes, settings, final }) =>
      logisticRegression(train, labels, test, {
        classes,
        strengths: settings,
        tolerance: final ? TOLERANCES.final : TOLERANCES.choosing,
      }),
  },
  {
    name: 'kNN',
    setting: 'k',
    settings: [20, 10, 5, 3, 1],
    predict: (train, labels, test, { classes, settings }) =>
      nearestNeighbours(train, labels, test, { classes, ks: settings }),
  },
]
