/** What kernel ridge recognises, whole groups held out in turn: quick also of thousands of numbers a clip. */
import { cholesky, type Matrix, solve, timesTransposed } from '../../pipelines/statistics/products.js'
import { standardise } from '../../pipelines/statistics/standardise.js'

/** Strengths, in parts of the mean diagonal of the kernel. */
const STRENGTHS = [1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1, 3]
const FOLDS = 5
const INNER = 3

/** @returns 1 for each clip that is recognised, by a model of other groups; else 0 */
export function recognised(
  rows: readonly Float32Array[],
  labels: readonly string[],
  groups: readonly string[],
): Uint8Array {
  const classes = [...new Set(labels)].sort()
  const truth = labels.map(label => classes.indexOf(label))
  const kernel = kernelOf(rows)
  const all = [...rows.keys()]
  const predicted = new Array<number>(rows.length).fill(-1)
  for (const test of folds(all, groups, FOLDS)) {
    const train = all.filter(row => !test.includes(row))
    const scores = STRENGTHS.map(() => 0)
    for (const held of folds(train, groups, INNER)) {
      const rest = train.filter(row => !held.includes(row))
      for (const [at, strength] of STRENGTHS.entries())
        scores[at]! += accuracy(held, predictions(kernel, rest, held, truth, classes.length, strength), truth)
    }
    const best = STRENGTHS[scores.indexOf(Math.max(...scores))]!
    predictions(kernel, train, test, truth, classes.length, best).forEach((found, at) => {
      predicted[test[at]!] = found
    })
  }
  return Uint8Array.from(predicted, (found, row) => Number(found === truth[row]))
}

/** Whole groups, the largest first into the smallest fold. */
function folds(rows: readonly number[], groups: readonly string[], count: number): number[][] {
  const members = new Map<string, number[]>()
  for (const row of rows) members.set(groups[row]!, [...(members.get(groups[row]!) ?? []), row])
  const made: number[][] = Array.from({ length: Math.min(count, members.size) }, () => [])
  for (const group of [...members.values()].sort((a, b) => b.length - a.length))
    made.reduce((least, fold) => (fold.length < least.length ? fold : least)).push(...group)
  return made
}

/** Products of standardised rows. */
function kernelOf(rows: readonly Float32Array[]): Matrix {
  const columns = rows[0]!.length
  const values = new Float64Array(rows.length * columns)
  rows.forEach((row, at) => {
    values.set(row, at * columns)
  })
  const x = standardise({ rows: rows.length, columns, values }, { rows: 0, columns, values: new Float64Array(0) }).train
  return timesTransposed(x, x)
}

function predictions(
  kernel: Matrix,
  train: readonly number[],
  test: readonly number[],
  truth: readonly number[],
  classes: number,
  strength: number,
): number[] {
  const n = train.length
  const at = (row: number, column: number) => kernel.values[row * kernel.columns + column]!
  const counts = new Float64Array(classes)
  for (const row of train) counts[truth[row]!]!++
  const weight = (row: number) => n / (classes * counts[truth[row]!]!)
  const diagonal = train.reduce((sum, row) => sum + at(row, row), 0) / n
  const penalised = { rows: n, columns: n, values: new Float64Array(n * n) }
  train.forEach((row, i) => {
    train.forEach((other, j) => {
      penalised.values[i * n + j] = at(row, other) + (i === j ? (strength * diagonal) / weight(row) : 0)
    })
  })
  const total = train.reduce((sum, row) => sum + weight(row), 0)
  const means = Float64Array.from(
    { length: classes },
    (_, c) => train.reduce((sum, row) => sum + (truth[row] === c ? weight(row) : -weight(row)), 0) / total,
  )
  const targets = new Float64Array(classes * n)
  for (let c = 0; c < classes; c++)
    train.forEach((row, i) => {
      targets[c * n + i] = (truth[row] === c ? 1 : -1) - means[c]!
    })
  solve(cholesky(penalised), targets, classes)
  return test.map(row => {
    let best = 0
    let most = Number.NEGATIVE_INFINITY
    for (let c = 0; c < classes; c++) {
      const score = train.reduce((sum, other, i) => sum + at(row, other) * targets[c * n + i]!, means[c]!)
      if (score > most) [best, most] = [c, score]
    }
    return best
  })
}

function accuracy(rows: readonly number[], predicted: readonly number[], truth: readonly number[]): number {
  const right = new Map<number, [number, number]>()
  rows.forEach((row, at) => {
    const [hits, all] = right.get(truth[row]!) ?? [0, 0]
    right.set(truth[row]!, [hits + (predicted[at] === truth[row] ? 1 : 0), all + 1])
  })
  return [...right.values()].reduce((sum, [hits, all]) => sum + hits / all, 0) / right.size
}
