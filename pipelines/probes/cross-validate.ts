/** Nested cross-validation: settings are chosen without a look at the fold that is tested. */
import { setImmediate } from 'node:timers/promises'
import type { Classifier } from './classifiers.js'
import { type Division, type Fold, shuffled } from './folds.js'
import { type Answer, type Judge, topClasses } from './judges.js'
import { type Matrix, rowsOf } from './products.js'
import { standardise } from './standardise.js'
import { type Truth, truthOfRows } from './truth.js'

export interface Tested {
  /** About each member: a class where classes exclude each other (-1 where no fold tests it), else scores. */
  answer: Answer
  /** Setting chosen in each fold. */
  chosen: number[]
}

/**
 * Features are standardised by the training part of each division alone. The setting that the judge's first figure puts
 * highest over the inner folds is fitted on the whole training part.
 *
 * @param features members x D; @param tick called after each outer fold
 */
export async function crossValidate<M extends string>(
  features: Matrix,
  truth: Truth,
  folds: readonly Fold[],
  { classifier, judge, tick = () => {} }: { classifier: Classifier; judge: Judge<M>; tick?: (() => void) | undefined },
): Promise<Tested> {
  const { exclusive, classes } = truth
  const members = truth.sets.length
  const predicted = new Int32Array(members).fill(-1)
  const scores = { rows: members, columns: classes, values: new Float64Array(exclusive ? 0 : members * classes) }
  const chosen: number[] = []
  const scoresOf = async ({ train, test }: Division, settings: readonly number[], final: boolean) => {
    const scaled = standardise(rowsOf(features, train), rowsOf(features, test))
    return classifier.scores(scaled.train, truthOfRows(truth, train), scaled.test, { settings, final })
  }
  for (const fold of folds) {
    const setting = await choose(fold.inner, truth, { settings: classifier.settings, judge, scoresOf })
    const [own] = await scoresOf(fold, [setting], true)
    const top = topClasses(own!)
    fold.test.forEach((at, row) => {
      if (exclusive) predicted[at] = top[row]!
      else scores.values.set(own!.values.subarray(row * classes, (row + 1) * classes), at * classes)
    })
    chosen.push(setting)
    tick()
    await setImmediate() // lets a progress bar draw
  }
  return { answer: exclusive ? { predicted } : { scores }, chosen }
}

interface Choice<M extends string> {
  settings: readonly number[]
  judge: Judge<M>
  scoresOf(division: Division, settings: readonly number[], final: boolean): Promise<Matrix[]>
}

/** Clips of an inner fold, both sides together: a choice between a few settings needs no more. */
export const INNER_CLIPS = 8192

/** A draw of a division that is larger, the same for everybody. */
function limited(division: Division): Division {
  const share = INNER_CLIPS / (division.train.length + division.test.length)
  if (share >= 1) return division
  const some = (rows: readonly number[]) =>
    shuffled([...rows], 'probe inner clips')
      .slice(0, Math.ceil(share * rows.length))
      .sort((a, b) => a - b)
  return { train: some(division.train), test: some(division.test) }
}

/** Without inner folds (two clips to train on, say) the setting in the middle. */
async function choose<M extends string>(
  divisions: readonly Division[],
  truth: Truth,
  { settings, judge, scoresOf }: Choice<M>,
): Promise<number> {
  if (divisions.length === 0 || settings.length === 1) return settings[Math.floor(settings.length / 2)]!
  const inner = divisions.map(limited)
  const known = truthOfRows(
    truth,
    inner.flatMap(({ test }) => test),
  )
  const tried: Matrix[][] = []
  for (const division of inner) tried.push(await scoresOf(division, settings, false))
  const reached = settings.map((_, at) => {
    const scores = stacked(tried.map(matrices => matrices[at]!))
    return judge.measure(known, { scores })()[judge.metrics[0]!]
  })
  return settings[reached.indexOf(Math.max(...reached))]!
}

function stacked(matrices: readonly Matrix[]): Matrix {
  const rows = matrices.reduce((sum, matrix) => sum + matrix.rows, 0)
  const columns = matrices[0]!.columns
  const values = new Float64Array(rows * columns)
  let filled = 0
  for (const matrix of matrices) {
    values.set(matrix.values, filled)
    filled += matrix.values.length
  }
  return { rows, columns, values }
}
