/** The shallow classifiers of a probe, with the settings they choose from. Each is loaded when it is used: most need TensorFlow. */

import { suggestion } from '../../../data/nearest-name.js'
import { Problem } from '../../../data/problem.js'
import { shuffled } from '../../../graphs/streams/draws.js'
import type { Matrix } from '../../statistics/products.js'
import type { Truth } from '../../statistics/truth.js'
import type { Frames } from './frames.js'
import type { HearParts } from './hear.js'
import { HEAR_GRID, pointName } from './hear-grid.js'

/** How well each class fits, test rows x classes. */
export interface Scores extends Matrix {
  /** Share of each layer, where layers are weighed. */
  layers?: readonly number[]
}

export interface About<Setting> {
  settings: readonly Setting[]
  /** Such fits are run to the end. */
  final: boolean
  /** Layers of equal width that stand side by side in each row. */
  layers: number
  /** All embeddings of each clip, for a classifier that reads them. */
  frames: { train: Frames; test: Frames } | undefined
}

/** A classifier with one setting, which is chosen on inner folds. */
export interface Tuned {
  name: string
  /** Name of the setting; none if there is nothing to choose. */
  setting: string
  /** From the smoothest to the most flexible; of equals the first is chosen. */
  settings: readonly number[]
  /** All embeddings of each clip, in place of their mean. */
  readsFrames?: true
  /** Scores are logits: a soft-max, or a sigmoid, makes probabilities of them. */
  logits?: true
  /** @returns scores for each setting */
  scores(train: Matrix, truth: Truth, test: Matrix, about: About<number>): Scores[] | Promise<Scores[]>
}

/** A classifier that needs validation clips to train: they say when to stop, and which of its settings is best. */
export interface Validated {
  name: string
  setting: string
  settings: readonly string[]
  /** @param tick called after each setting */
  answer(parts: HearParts, tick: () => void): Promise<{ scores: Matrix; chosen: string }>
}

export type Classifier = Tuned | Validated

/** Choosing a strength needs no more digits than this; the final fit is run further than scikit-learn's default. */
export const TOLERANCES = { choosing: 3e-4, final: 1e-5 }

type TunedName = 'logistic-regression' | 'knn' | 'mlp' | 'centroid' | 'attentive' | 'weighted-layers'

/** By the word of the command line. */
const CLASSIFIERS: Record<TunedName, Tuned> = {
  'logistic-regression': {
    name: 'logistic regression',
    setting: 'C',
    logits: true,
    settings: [1e-3, 1e-2, 1e-1, 1, 10],
    scores: async (train, truth, test, { settings, final }) => {
      const { logisticRegression } = await import('./logistic-regression.js')
      const tolerance = final ? TOLERANCES.final : TOLERANCES.choosing
      return logisticRegression(train, truth, test, { strengths: settings, tolerance })
    },
  },
  knn: {
    name: 'kNN',
    setting: 'k',
    settings: [20, 10, 5, 3, 1],
    scores: async (train, truth, test, { settings }) =>
      (await import('./nearest-neighbours.js')).nearestNeighbours(train, truth, test, settings),
  },
  mlp: {
    name: 'MLP',
    setting: 'steps',
    logits: true,
    settings: [25, 50, 100, 200, 400],
    scores: async (train, truth, test, { settings }) =>
      (await import('./perceptron.js')).perceptron(train, truth, test, settings),
  },
  centroid: {
    name: 'nearest centroid',
    setting: '',
    settings: [0],
    scores: async (train, truth, test) => [(await import('./nearest-centroid.js')).nearestCentroid(train, truth, test)],
  },
  attentive: {
    name: 'attentive',
    setting: 'steps',
    logits: true,
    settings: [25, 50, 100, 200, 400],
    readsFrames: true,
    scores: async (_, truth, __, { settings, frames }) =>
      (await import('./attention.js')).attentive(frames!.train, truth, frames!.test, settings),
  },
  'weighted-layers': {
    name: 'weighted layers',
    setting: 'steps',
    logits: true,
    settings: [25, 50, 100, 200, 400],
    scores: async (train, truth, test, { settings, layers }) =>
      (await import('./layer-weights.js')).weightedLayers({ train, test, layers }, truth, settings),
  },
}

/** Points of HEAR's grid that are tried, as there. */
export const GRID_POINTS = 8

function hearClassifier({ gridPoints, seed }: Draw): Validated {
  const points = shuffled([...HEAR_GRID], `probe hear grid ${seed}`).slice(0, gridPoints)
  return {
    name: "HEAR's MLP",
    setting: 'grid point',
    settings: points.map(pointName),
    answer: async (parts, tick) => (await import('./hear.js')).hear(parts, { points, seed, tick }),
  }
}

/** What is drawn of a grid. */
interface Draw {
  gridPoints: number
  seed: number
}

export type ClassifierName = TunedName | 'hear'

export const DEFAULT_CLASSIFIERS: readonly ClassifierName[] = ['logistic-regression', 'knn']

export const classifierNames = [...Object.keys(CLASSIFIERS), 'hear'] as ClassifierName[]

/** Each once. @throws Problem if one is not known */
export function classifiersOf(
  names: readonly string[],
  { gridPoints = GRID_POINTS, seed = 0 }: Partial<Draw> = {},
): Classifier[] {
  return [...new Set(names)].map(name => {
    if (name === 'hear') return hearClassifier({ gridPoints, seed })
    if (Object.hasOwn(CLASSIFIERS, name)) return CLASSIFIERS[name as keyof typeof CLASSIFIERS]
    throw new Problem(
      'bad-option',
      `There is no classifier '${name}'. ${suggestion(name, classifierNames)}`.trimEnd(),
      {
        hint: `Classifiers: ${classifierNames.join(', ')}.`,
      },
    )
  })
}
