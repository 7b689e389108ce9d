/** The shallow classifiers of a probe, with the settings they choose from. */
import { Problem } from '../../data/problem.js'
import { suggestion } from '../../graphs/language/nearest-name.js'
import { logisticRegression } from './logistic-regression.js'
import { nearestCentroid } from './nearest-centroid.js'
import { nearestNeighbours } from './nearest-neighbours.js'
import { perceptron } from './perceptron.js'
import type { Matrix } from './products.js'
import type { Truth } from './truth.js'

export interface Classifier {
  name: string
  /** Name of the setting that is chosen on inner folds; none if there is nothing to choose. */
  setting: string
  /** From the smoothest to the most flexible; of equals the first is chosen. */
  settings: readonly number[]
  /** @returns for each setting how well each class fits, test rows x classes; `final` fits are run to the end */
  scores(
    train: Matrix,
    truth: Truth,
    test: Matrix,
    about: { settings: readonly number[]; final: boolean },
  ): Matrix[] | Promise<Matrix[]>
}

/** Choosing a strength needs no more digits than this; the final fit is run further than scikit-learn's default. */
export const TOLERANCES = { choosing: 3e-4, final: 1e-5 }

/** By the word of the command line. */
const CLASSIFIERS = {
  'logistic-regression': {
    name: 'logistic regression',
    setting: 'C',
    settings: [1e-3, 1e-2, 1e-1, 1, 10],
    scores: (train, truth, test, { settings, final }) =>
      logisticRegression(train, truth, test, {
        strengths: settings,
        tolerance: final ? TOLERANCES.final : TOLERANCES.choosing,
      }),
  },
  knn: {
    name: 'kNN',
    setting: 'k',
    settings: [20, 10, 5, 3, 1],
    scores: (train, truth, test, { settings }) => nearestNeighbours(train, truth, test, settings),
  },
  mlp: {
    name: 'MLP',
    setting: 'steps',
    settings: [25, 50, 100, 200, 400],
    scores: (train, truth, test, { settings }) => perceptron(train, truth, test, settings),
  },
  centroid: {
    name: 'nearest centroid',
    setting: '',
    settings: [0],
    scores: (train, truth, test) => [nearestCentroid(train, truth, test)],
  },
} as const satisfies Record<string, Classifier>

export type ClassifierName = keyof typeof CLASSIFIERS

export const DEFAULT_CLASSIFIERS: readonly ClassifierName[] = ['logistic-regression', 'knn']

export const classifierNames = Object.keys(CLASSIFIERS) as ClassifierName[]

/** Each once. @throws Problem if one is not known */
export function classifiersOf(names: readonly string[]): Classifier[] {
  return [...new Set(names)].map(name => {
    if (Object.hasOwn(CLASSIFIERS, name)) return CLASSIFIERS[name as ClassifierName]
    throw new Problem(
      'bad-option',
      `There is no classifier '${name}'. ${suggestion(name, classifierNames)}`.trimEnd(),
      {
        hint: `Classifiers: ${classifierNames.join(', ')}.`,
      },
    )
  })
}
