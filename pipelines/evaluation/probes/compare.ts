/** One table: the embeddings in question beside their baselines, all on the same folds and the same resamples. */
import { streamOf } from '../../../graphs/streams/draws.js'
import { type Matrix, rowsOf } from '../../statistics/products.js'
import { type Interval, interval, type Measure, RESAMPLES, resampled, type Score } from '../../statistics/scores.js'
import { type Truth, truthOfRows } from '../../statistics/truth.js'
import type { Classifier } from './classifiers.js'
import { crossValidate, type Features, means, ticksOf } from './cross-validate.js'
import type { Fold } from './folds.js'
import type { Answer, Judge } from './judges.js'

/** Embeddings of the examples, a row each. */
export interface Contestant extends Features {
  name: string
  file: string
}

/** Each metric M with its 95 % interval `MInterval`. */
export type FigureOf<M extends string> = Record<M, number> &
  Record<`${M}Interval`, Interval | undefined> & {
    /** Setting chosen in each fold; none for chance. */
    chosen: (number | string)[]
    /** Share of each layer, mean over the folds. Only where layers are weighed. */
    layers: number[] | undefined
    /** First contestant minus this one, first metric. Absent for the first itself. */
    behind: { difference: number; interval: Interval } | undefined
    /** Class number predicted for each example, -1 where it is not tested. Only where classes exclude each other. */
    predicted: Int32Array | undefined
    /** The `LIKELIEST` first classes of each example, best first. As `predicted`. */
    likeliest: Int32Array | undefined
    /** -ln of the probability of its class, in nats, for each example. As `predicted`, of classifiers with probabilities. */
    losses: Float64Array | undefined
    /** Score of each example for each class. Only where an example may have several. */
    scores: Matrix | undefined
  }

/** Of clips with one class each. */
export type Figure = FigureOf<keyof Score>

export interface Row<M extends string = keyof Score> {
  name: string
  file: string | undefined
  dimensions: number | undefined
  /** By name of the classifier. */
  figures: Record<string, FigureOf<M>>
}

export interface Comparison<M extends string = keyof Score> {
  rows: Row<M>[]
  /** Numbers of the examples that are tested. */
  tested: number[]
  /** Resamples behind an interval. */
  resamples: number
}

export interface Question<M extends string> {
  truth: Truth
  /** What is resampled together: each clip's group, or the clip itself. */
  units: readonly string[]
  /** Folds of each trial; all trials test the same clips. Figures are means over the trials. */
  trials: readonly (readonly Fold[])[]
  classifiers: readonly Classifier[]
  judge: Judge<M>
  seed: number
}

/** Steps that `compare` reports. */
export const stepsOf = <M extends string>(contestants: number, { classifiers, trials }: Question<M>) =>
  contestants *
  classifiers.reduce((sum, classifier) => sum + ticksOf(classifier), 0) *
  trials.reduce((sum, folds) => sum + folds.length, 0)

/**
 * @param contestants the embeddings in question first
 * @param tick called after each step
 */
export async function compare<M extends string>(
  contestants: readonly Contestant[],
  question: Question<M>,
  tick: () => void = () => {},
): Promise<Comparison<M>> {
  const { truth, units, trials, classifiers, judge, seed } = question
  const tested = [...new Set(trials[0]!.flatMap(fold => fold.test))].sort((a, b) => a - b)
  const known = truthOfRows(truth, tested)
  const own = contestants.map(({ name, file, features }) => ({ name, file, dimensions: features.columns, figures: {} }))
  const blind = trials.map(folds => judge.chances(truth, folds))
  const chances = blind[0]!.map(({ name }) => ({ name, file: undefined, dimensions: undefined, figures: {} }))
  const rows: Row<M>[] = [...own, ...chances]
  const resamples = resamplesFor(truth, tested.length)
  const drawnTrials = trialDraws(trials.length, resamples, seed)
  for (const classifier of classifiers) {
    const given: { answers: Answer[]; chosen: (number | string)[]; layers?: number[] | undefined }[] = []
    for (const contestant of contestants) {
      const found = []
      for (const folds of trials) found.push(await crossValidate(contestant, truth, folds, { classifier, judge, tick }))
      const layers = means(found.flatMap(({ layers }) => (layers ? [layers] : [])))
      given.push({ answers: found.map(({ answer }) => answer), chosen: found.flatMap(({ chosen }) => chosen), layers })
    }
    chances.forEach((_, at) => {
      given.push({ answers: blind.map(rows => rows[at]!.answer), chosen: [] })
    })
    const measures = given.map(({ answers }) => {
      const each = answers.map(answer => judge.measure(known, only(answer, tested)))
      return meanOver(each, judge.metrics, drawnTrials)
    })
    const scores = measures.map(measure => measure())
    const drawn = resampled(
      tested.map(at => units[at]!),
      measures,
      { seed, count: resamples },
    )
    const [first] = judge.metrics
    rows.forEach((row, at) => {
      const { answers, chosen, layers } = given[at]!
      const alone = answers.length === 1 ? answers[0] : undefined
      const differences = drawn[at]!.map((score, draw) => drawn[0]![draw]![first!] - score[first!])
      const intervals = judge.metrics.map(metric => [
        `${metric}Interval`,
        answers[0]!.share === undefined ? interval(drawn[at]!.map(score => score[metric])) : undefined,
      ])
      row.figures[classifier.name] = {
        ...scores[at]!,
        ...Object.fromEntries(intervals),
        chosen,
        layers,
        behind:
          at === 0
            ? undefined
            : { difference: scores[0]![first!] - scores[at]![first!], interval: interval(differences) },
        predicted: alone?.predicted,
        likeliest: alone?.likeliest,
        losses: alone?.losses,
        scores: alone?.scores,
      } as FigureOf<M>
    })
  }
  return { rows, tested, resamples }
}

function only({ scores, predicted, share }: Answer, tested: readonly number[]): Answer {
  return {
    ...(scores && { scores: rowsOf(scores, tested) }),
    ...(predicted && { predicted: Int32Array.from(tested, at => predicted[at]!) }),
    ...(share !== undefined && { share }),
  }
}

/** Sums over all resamples of a row: a ranking is summed for each class, and large tests get fewer resamples. */
const WORK = 5e8
const WORK_OF_CLASS = 12

function resamplesFor({ exclusive, classes }: Truth, tested: number): number {
  const each = tested * (exclusive ? WORK_OF_CLASS : classes)
  return Math.min(RESAMPLES, Math.max(200, Math.floor(WORK / each)))
}

/** Trials drawn with replacement for each resample, the same for everybody; none if there is but one. */
function trialDraws(trials: number, resamples: number, seed: number): number[][] {
  if (trials === 1) return []
  const rng = streamOf(`probe trials ${seed}`)
  return Array.from({ length: resamples }, () => Array.from({ length: trials }, () => rng.integer(0, trials)))
}

/** Mean over the trials; in a resample over those that were drawn for it. */
function meanOver<M extends string>(
  each: readonly Measure<Record<M, number>>[],
  metrics: readonly M[],
  draws: readonly (readonly number[])[],
): Measure<Record<M, number>> {
  if (each.length === 1) return each[0]!
  return (weights, resample) => {
    const counts = new Float64Array(each.length)
    const drawn = resample === undefined ? undefined : draws[resample]!
    each.forEach((_, trial) => {
      counts[trial] = drawn ? drawn.filter(other => other === trial).length : 1
    })
    const sums = Object.fromEntries(metrics.map(metric => [metric, 0])) as Record<M, number>
    each.forEach((measure, trial) => {
      if (counts[trial] === 0) return
      const score = measure(weights)
      for (const metric of metrics) sums[metric] += (counts[trial]! * score[metric]) / each.length
    })
    return sums
  }
}
