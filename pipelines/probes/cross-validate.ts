/** Nested cross-validation: settings are chosen without a look at the fold that is tested. */
import { setImmediate } from 'node:timers/promises'
import type { Classifier } from './classifiers.js'
import type { Division, Fold } from './folds.js'
import { type Matrix, rowsOf } from './products.js'
import { score } from './scores.js'
import { standardise } from './standardise.js'

export interface Tested {
  /** Class predicted for each member; -1 where no fold tests it. */
  predicted: Int32Array
  /** Setting chosen in each fold. */
  chosen: number[]
}

/**
 * Features are standardised by the training part of each division alone. The setting with the highest balanced
 * accuracy over the inner folds is fitted on the whole training part.
 *
 * @param features members x D; @param tick called after each outer fold
 */
export async function crossValidate(
  features: Matrix,
  labels: Int32Array,
  classes: number,
  folds: readonly Fold[],
  classifier: Classifier,
  tick: () => void = () => {},
): Promise<Tested> {
  const predicted = new Int32Array(labels.length).fill(-1)
  const chosen: number[] = []
  const predict = ({ train, test }: Division, settings: readonly number[], final: boolean) => {
    const scaled = standardise(rowsOf(features, train), rowsOf(features, test))
    const known = Int32Array.from(train, at => labels[at]!)
    return classifier.predict(scaled.train, known, scaled.test, { classes, settings, final })
  }
  for (const fold of folds) {
    const setting = choose(fold.inner, labels, classifier.settings, predict)
    predict(fold, [setting], true)[0]!.forEach((label, at) => {
      predicted[fold.test[at]!] = label
    })
    chosen.push(setting)
    tick()
    await setImmediate() // lets a progress bar draw
  }
  return { predicted, chosen }
}

/** Without inner folds (two clips to train on, say) the setting in the middle. */
function choose(
  inner: readonly Division[],
  labels: Int32Array,
  settings: readonly number[],
  predict: (division: Division, settings: readonly number[], final: boolean) => Int32Array[],
): number {
  if (inner.length === 0) return settings[Math.floor(settings.length / 2)]!
  const truth = inner.flatMap(({ test }) => test.map(at => labels[at]!))
  const guesses = inner.map(division => predict(division, settings, false))
  const scores = settings.map((_, at) => {
    const right = guesses.flatMap((guess, part) =>
      [...guess[at]!].map((label, row) => label === labels[inner[part]!.test[row]!]),
    )
    return score(truth, right.map(Number)).balanced
  })
  return settings[scores.indexOf(Math.max(...scores))]!
}
