/** k nearest neighbours by cosine similarity: exact, by brute force, all k of a list in one pass. */
import { dot, type Matrix, rowsOf, timesTransposed } from './products.js'

/** Test rows whose similarities are in memory at once. */
const BLOCK = 256

/**
 * Majority vote of the k most similar training rows; a tie goes to the class whose neighbours are more similar in sum.
 *
 * @param train n x D; @param labels n class numbers below `classes`; @param ks numbers of neighbours, ascending
 * @returns for each k the predicted class of every test row
 */
export function nearestNeighbours(
  train: Matrix,
  labels: Int32Array,
  test: Matrix,
  { classes, ks }: { classes: number; ks: readonly number[] },
): Int32Array[] {
  const reach = Math.min(Math.max(...ks), train.rows)
  const directions = unitRows(train)
  const predicted = ks.map(() => new Int32Array(test.rows))
  for (let from = 0; from < test.rows; from += BLOCK) {
    const rows = Array.from({ length: Math.min(BLOCK, test.rows - from) }, (_, row) => from + row)
    const similarities = timesTransposed(unitRows(rowsOf(test, rows)), directions).values
    for (const row of rows) {
      const near = mostSimilar(similarities.subarray((row - from) * train.rows, (row - from + 1) * train.rows), reach)
      ks.forEach((k, at) => {
        predicted[at]![row] = vote(near.slice(0, k), labels, classes)
      })
    }
  }
  return predicted
}

interface Neighbour {
  index: number
  similarity: number
}

/** The `count` largest, in falling order; equals keep their order. */
function mostSimilar(similarities: Float64Array, count: number): Neighbour[] {
  const near: Neighbour[] = []
  for (let index = 0; index < similarities.length; index++) {
    const similarity = similarities[index]!
    if (near.length === count && similarity <= near[count - 1]!.similarity) continue
    let at = near.length
    while (at > 0 && near[at - 1]!.similarity < similarity) at--
    near.splice(at, 0, { index, similarity })
    if (near.length > count) near.pop()
  }
  return near
}

function vote(near: readonly Neighbour[], labels: Int32Array, classes: number): number {
  const votes = new Float64Array(classes)
  const sums = new Float64Array(classes)
  for (const { index, similarity } of near) {
    votes[labels[index]!]! += 1
    sums[labels[index]!]! += similarity
  }
  let best = 0
  for (let c = 1; c < classes; c++)
    if (votes[c]! > votes[best]! || (votes[c] === votes[best] && votes[c]! > 0 && sums[c]! > sums[best]!)) best = c
  return best
}

/** Rows of length 1; a row of zeros stays. */
function unitRows({ rows, columns, values }: Matrix): Matrix {
  const out = values.slice()
  for (let start = 0; start < out.length; start += columns) {
    const length = Math.sqrt(dot(values, start, values, start, columns)) || 1
    for (let k = start; k < start + columns; k++) out[k]! /= length
  }
  return { rows, columns, values: out }
}
