/** Nested cross-validation: settings are chosen without a look at the fold that is tested. */
import { setImmediate } from 'node:timers/promises'
import { shuffled } from '../../../graphs/streams/draws.js'
import { mean } from '../../statistics/mean.js'
import type { Matrix } from '../../statistics/products.js'
import { logLosses } from '../../statistics/scores.js'
import { standardiseRows } from '../../statistics/standardise.js'
import { type Truth, truthOfRows } from '../../statistics/truth.js'
import type { Classifier, Scores, Tuned, Validated } from './classifiers.js'
import type { Division, Fold } from './folds.js'
import { type Frames, standardiseFrames } from './frames.js'
import { type Answer, type Judge, LIKELIEST, likeliestClasses } from './judges.js'

/** Clips as classifiers read them. */
export interface Features {
  /** A row each. */
  features: Matrix
  /** Layers of equal width that stand side by side in each row; one if absent. */
  layers?: number | undefined
  /** All embeddings of each clip, of which the row is the mean; where a classifier reads them. */
  frames?: Frames | undefined
}

export interface Tested {
  /** About each member: classes where they exclude each other (-1 where no fold tests it), else scores. */
  answer: Answer
  /** Setting chosen in each fold. */
  chosen: (number | string)[]
  /** Share of each layer, mean over the folds; where layers are weighed. */
  layers: number[] | undefined
}

interface Examined<M extends string> {
  classifier: Classifier
  judge: Judge<M>
  tick?: (() => void) | undefined
}

/** Ticks of a fold. */
export const ticksOf = (classifier: Classifier) => ('answer' in classifier ? classifier.settings.length : 1)

/**
 * Features are standardised by the training part of each division alone. The setting that the judge's first figure puts
 * highest over the inner folds is fitted on the whole training part. Log-losses are those of the setting that has the least
 * on the inner folds: the one that is right most often may be far too sure of itself. A classifier that needs validation clips takes those
 * of the first inner fold, and trains on the others.
 *
 * @param clips a row a member; @param tick called as often as `ticksOf` says for each outer fold
 */
export async function crossValidate<M extends string>(
  clips: Features,
  truth: Truth,
  folds: readonly Fold[],
  { classifier, judge, tick = () => {} }: Examined<M>,
): Promise<Tested> {
  const { exclusive, classes } = truth
  const members = truth.sets.length
  const likeliest = new Int32Array(members * LIKELIEST).fill(-1)
  const scores = { rows: members, columns: classes, values: new Float64Array(exclusive ? 0 : members * classes) }
  const losses = new Float64Array(members).fill(Number.NaN)
  const chosen: (number | string)[] = []
  const shares: (readonly number[])[] = []
  for (const fold of folds) {
    const own =
      'answer' in classifier
        ? await answerOf(clips.features, truth, fold, { classifier, judge, tick })
        : await tunedAnswer(clips, truth, fold, { classifier, judge, tick })
    const best = exclusive ? likeliestClasses(own.scores) : undefined
    fold.test.forEach((at, row) => {
      if (best) likeliest.set(best.subarray(row * LIKELIEST, (row + 1) * LIKELIEST), at * LIKELIEST)
      if (own.losses) losses[at] = own.losses[row]!
      if (!best) scores.values.set(own.scores.values.subarray(row * classes, (row + 1) * classes), at * classes)
    })
    chosen.push(own.chosen)
    if (own.scores.layers) shares.push(own.scores.layers)
    await setImmediate() // lets a progress bar draw
  }
  const predicted = Int32Array.from({ length: members }, (_, at) => likeliest[at * LIKELIEST]!)
  const told = 'logits' in classifier && exclusive ? { losses } : {}
  return { answer: exclusive ? { predicted, likeliest, ...told } : { scores }, chosen, layers: means(shares) }
}

interface Own {
  scores: Scores
  /** Of each test clip. */
  losses?: Float64Array | undefined
  chosen: number | string
}

/** Chooses the setting on the inner folds, and fits on the whole training part. */
async function tunedAnswer<M extends string>(
  { features, layers = 1, frames }: Features,
  truth: Truth,
  fold: Fold,
  { classifier, judge, tick }: Required<Examined<M>> & { classifier: Tuned },
): Promise<Own> {
  const scoresOf = async (division: Division, settings: readonly number[], final: boolean) => {
    const scaled = standardiseRows(features, division)
    const all = classifier.readsFrames ? standardiseFrames(frames!, division) : undefined
    const about = { settings, final, layers, frames: all }
    return classifier.scores(scaled.train, truthOfRows(truth, division.train), scaled.test, about)
  }
  const lossy = truth.exclusive && classifier.logits === true
  const { chosen, calibrated } = await choose(fold.inner, truth, {
    settings: classifier.settings,
    judge,
    lossy,
    scoresOf,
  })
  const [scores] = await scoresOf(fold, [chosen], true)
  const [sure] = lossy && calibrated !== chosen ? await scoresOf(fold, [calibrated], true) : [scores]
  tick()
  return { scores: scores!, losses: lossy ? logLosses(sure!, truthOfRows(truth, fold.test)) : undefined, chosen }
}

/** Without inner folds (a single clip to train on) the training part is its own validation. */
async function answerOf<M extends string>(
  features: Matrix,
  truth: Truth,
  { train, test, inner: [division = { train, test: train }] }: Fold,
  { classifier, judge, tick }: Required<Examined<M>> & { classifier: Validated },
): Promise<Own> {
  const known = truthOfRows(truth, division.test)
  const scaled = standardiseRows(features, division)
  const parts = {
    train: scaled.train,
    truth: truthOfRows(truth, division.train),
    validation: scaled.test,
    test: standardiseRows(features, { train: division.train, test }).test,
    score: (scores: Matrix) => judge.measure(known, { scores })()[judge.metrics[0]!],
  }
  return classifier.answer(parts, tick)
}

/** Column by column; undefined of no rows. */
export function means(rows: readonly (readonly number[])[]): number[] | undefined {
  return rows[0]?.map((_, at) => mean(rows, row => row[at]!))
}

interface Choice<M extends string> {
  settings: readonly number[]
  judge: Judge<M>
  /** Whether a setting is chosen by its log-loss, too. */
  lossy: boolean
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

/** By the judge, and by the log-loss. Without inner folds (two clips to train on, say) the setting in the middle. */
async function choose<M extends string>(
  divisions: readonly Division[],
  truth: Truth,
  { settings, judge, lossy, scoresOf }: Choice<M>,
): Promise<{ chosen: number; calibrated: number }> {
  const middle = settings[Math.floor(settings.length / 2)]!
  if (divisions.length === 0 || settings.length === 1) return { chosen: middle, calibrated: middle }
  const inner = divisions.map(limited)
  const known = truthOfRows(
    truth,
    inner.flatMap(({ test }) => test),
  )
  const tried: Matrix[][] = []
  for (const division of inner) tried.push(await scoresOf(division, settings, false))
  const all = settings.map((_, at) => stacked(tried.map(matrices => matrices[at]!)))
  const best = (worth: (scores: Matrix) => number) => {
    const reached = all.map(worth)
    return settings[reached.indexOf(Math.max(...reached))]!
  }
  const chosen = best(scores => judge.measure(known, { scores })()[judge.metrics[0]!])
  return { chosen, calibrated: lossy ? best(scores => -mean(logLosses(scores, known))) : chosen }
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
