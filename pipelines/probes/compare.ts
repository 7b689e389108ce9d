/** One table: the embeddings in question beside their rulers, all on the same folds and the same resamples. */
import { CLASSIFIERS } from './classifiers.js'
import { crossValidate } from './cross-validate.js'
import type { Examples } from './examples.js'
import type { Matrix } from './products.js'
import { type Interval, interval, resampledScores, type Score, score } from './scores.js'

export interface Contestant {
  name: string
  file: string
  /** A row for each example. */
  features: Matrix
}

export interface Figure extends Score {
  balancedInterval: Interval | undefined
  accuracyInterval: Interval | undefined
  /** Setting chosen in each fold; none for chance. */
  chosen: number[]
  /** First contestant minus this one, balanced accuracy. Absent for the first itself. */
  behind: { difference: number; interval: Interval } | undefined
  /** Class number predicted for each example, -1 where it is not tested; none for a uniform guess. */
  predicted: Int32Array | undefined
}

export interface Row {
  name: string
  file: string | undefined
  dimensions: number | undefined
  /** By name of the classifier. */
  figures: Record<string, Figure>
}

export interface Comparison {
  rows: Row[]
  /** Numbers of the examples that are tested. */
  tested: number[]
}

/** Steps that `compare` reports. */
export const stepsOf = (contestants: number, examples: Examples) =>
  contestants * CLASSIFIERS.length * examples.folds.length

/**
 * @param contestants the embeddings in question first
 * @param progress told the steps done and all of them, `stepsOf`
 */
export async function compare(
  contestants: readonly Contestant[],
  examples: Examples,
  seed: number,
  progress: (done: number, total: number) => void = () => {},
): Promise<Comparison> {
  const { classes, folds, labels, units } = examples
  const tested = [...new Set(folds.flatMap(fold => fold.test))].sort((a, b) => a - b)
  const truth = tested.map(at => labels[at]!)
  const rows: Row[] = contestants.map(({ name, file, features }) => ({
    name,
    file,
    dimensions: features.columns,
    figures: {},
  }))
  const chances: Row[] = [
    { name: 'chance: largest class', file: undefined, dimensions: undefined, figures: {} },
    { name: 'chance: uniform guess', file: undefined, dimensions: undefined, figures: {} },
  ]
  const total = stepsOf(contestants.length, examples)
  let done = 0
  for (const classifier of CLASSIFIERS) {
    const answers: { predicted: Int32Array | undefined; chosen: number[]; right: ArrayLike<number> }[] = []
    const rightOf = (predicted: Int32Array) => tested.map(at => Number(predicted[at] === labels[at]))
    for (const { features } of contestants) {
      const answer = await crossValidate(features, labels, classes.length, folds, classifier, () =>
        progress(++done, total),
      )
      answers.push({ ...answer, right: rightOf(answer.predicted) })
    }
    const largest = largestClass(examples)
    answers.push({ predicted: largest, chosen: [], right: rightOf(largest) })
    answers.push({ predicted: undefined, chosen: [], right: tested.map(() => 1 / classes.length) })
    const drawn = resampledScores(
      truth,
      tested.map(at => units[at]!),
      answers.map(({ right }) => right),
      { seed },
    )
    const scores = answers.map(({ right }) => score(truth, right))
    ;[...rows, ...chances].forEach((row, at) => {
      const { predicted, chosen } = answers[at]!
      const differences = drawn[at]!.map(({ balanced }, draw) => drawn[0]![draw]!.balanced - balanced)
      row.figures[classifier.name] = {
        ...scores[at]!,
        balancedInterval: predicted && interval(drawn[at]!.map(({ balanced }) => balanced)),
        accuracyInterval: predicted && interval(drawn[at]!.map(({ accuracy }) => accuracy)),
        chosen,
        behind:
          at === 0
            ? undefined
            : { difference: scores[0]!.balanced - scores[at]!.balanced, interval: interval(differences) },
        predicted,
      }
    })
  }
  return { rows: [...rows, ...chances], tested }
}

/** Guesses each fold's most frequent class of training, the first of equals. */
function largestClass({ folds, labels, classes }: Examples): Int32Array {
  const predicted = new Int32Array(labels.length).fill(-1)
  for (const { train, test } of folds) {
    const counts = classes.map((_, c) => train.filter(at => labels[at] === c).length)
    const largest = counts.indexOf(Math.max(...counts))
    for (const at of test) predicted[at] = largest
  }
  return predicted
}
