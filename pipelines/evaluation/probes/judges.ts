/** What makes an answer good: other figures for clips of one class than for clips of any number of classes. */

import type { Matrix } from '../../statistics/products.js'
import { type RankingScore, ranking } from '../../statistics/ranking.js'
import { type Measure, type Score, score } from '../../statistics/scores.js'
import type { Truth } from '../../statistics/truth.js'
import type { Fold } from './folds.js'

/** What a classifier, or chance, answers for each of some clips. */
export interface Answer {
  /** Clips x classes, higher is likelier. */
  scores?: Matrix
  /** One class a clip. */
  predicted?: Int32Array
  /** The `LIKELIEST` first classes of each clip, best first. */
  likeliest?: Int32Array
  /** -ln of the probability of each clip's class, in nats; NaN where no fold tests it. */
  losses?: Float64Array | undefined
  /** How often each clip is right, for guesses that are not drawn. */
  share?: number
}

export interface Judge<M extends string> {
  /** The first chooses the settings, and is compared. */
  metrics: readonly M[]
  /** @param truth of the clips of the answer */
  measure(truth: Truth, answer: Answer): Measure<Record<M, number>>
  /** What guessing without embeddings gets. */
  chances(truth: Truth, folds: readonly Fold[]): { name: string; answer: Answer }[]
}

/** Clips of one class each. */
export const CLASS_JUDGE: Judge<keyof Score> = {
  metrics: ['balanced', 'accuracy'],
  measure: ({ sets }, { scores, predicted, share }) => {
    const labels = Uint32Array.from(sets, ([label]) => label!)
    const guess = predicted ?? (scores && topClasses(scores))
    const right = Float64Array.from(labels, (label, at) => (guess ? Number(guess[at] === label) : share!))
    return weights => score(labels, right, weights)
  },
  chances: (truth, folds) => [
    { name: 'chance: largest class', answer: { predicted: largestClass(truth, folds) } },
    { name: 'chance: uniform guess', answer: { share: 1 / truth.classes } },
  ],
}

/** Clips of any number of classes. */
export const RANKING_JUDGE: Judge<keyof RankingScore> = {
  metrics: ['map', 'dPrime', 'lwlrap'],
  measure: (truth, { scores }) => ranking(scores!, truth),
  chances: (truth, folds) => [{ name: 'chance: class frequency', answer: { scores: classFrequency(truth, folds) } }],
}

/** Guesses that are kept of each clip. */
export const LIKELIEST = 3

/** Numbers of the `LIKELIEST` highest scores in each row, best first, the first of equals; -1 where classes run out. */
export function likeliestClasses({ rows, columns, values }: Matrix): Int32Array {
  const likeliest = new Int32Array(rows * LIKELIEST).fill(-1)
  for (let row = 0; row < rows; row++) {
    const own = likeliest.subarray(row * LIKELIEST, (row + 1) * LIKELIEST)
    const score = (c: number) => values[row * columns + c]!
    for (let c = 0; c < columns; c++) {
      const place = own.findIndex(other => other < 0 || score(c) > score(other))
      if (place < 0) continue
      own.copyWithin(place + 1, place)
      own[place] = c
    }
  }
  return likeliest
}

/** Number of the highest score in each row, the first of equals. */
export function topClasses(scores: Matrix): Int32Array {
  const likeliest = likeliestClasses(scores)
  return Int32Array.from({ length: scores.rows }, (_, row) => likeliest[row * LIKELIEST]!)
}

function frequencies({ sets, classes }: Truth, rows: readonly number[]): Float64Array {
  const counts = new Float64Array(classes)
  for (const row of rows) for (const c of sets[row]!) counts[c]! += 1
  return counts
}

/** Guesses each fold's most frequent class of training, the first of equals. */
function largestClass(truth: Truth, folds: readonly Fold[]): Int32Array {
  const predicted = new Int32Array(truth.sets.length).fill(-1)
  for (const { train, test } of folds) {
    const counts = frequencies(truth, train)
    for (const at of test) predicted[at] = counts.indexOf(Math.max(...counts))
  }
  return predicted
}

/** Scores each class by its share of all clips: the same for every clip, so that no threshold tells clips apart. */
function classFrequency(truth: Truth, folds: readonly Fold[]): Matrix {
  const { classes, sets } = truth
  const values = new Float64Array(sets.length * classes)
  const counts = frequencies(
    truth,
    folds.flatMap(({ test }) => test),
  )
  for (let row = 0; row < sets.length; row++) values.set(counts, row * classes)
  return { rows: sets.length, columns: classes, values }
}
