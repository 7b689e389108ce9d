/** k nearest neighbours by cosine similarity: exact, by brute force, all k of a list in one pass. */
import { dot, type Matrix, rowsOf, timesTransposed } from './products.js'
import type { Truth } from './truth.js'

/** Test rows whose similarities are in memory at once. */
const BLOCK = 256

/**
 * Votes of the k most similar training rows: how many of them have the class, and between equals whose neighbours are
 * more similar in sum (a quarter of their mean similarity is added, which is below half a vote).
 *
 * @param train n x D; @param ks numbers of neighbours, from the largest to the smallest
 * @returns for each k the votes, test rows x classes
 */
export function nearestNeighbours(
  train: Matrix,
  { classes, sets }: Truth,
  test: Matrix,
  ks: readonly number[],
): Matrix[] {
  const reach = Math.min(Math.max(...ks), train.rows)
  const directions = unitRows(train)
  const votes = ks.map(() => ({ rows: test.rows, columns: classes, values: new Float64Array(test.rows * classes) }))
  for (let from = 0; from < test.rows; from += BLOCK) {
    const rows = Array.from({ length: Math.min(BLOCK, test.rows - from) }, (_, row) => from + row)
    const similarities = timesTransposed(unitRows(rowsOf(test, rows)), directions).values
    for (const row of rows) {
      const near = mostSimilar(similarities.subarray((row - from) * train.rows, (row - from + 1) * train.rows), reach)
      ks.forEach((k, at) => {
        const own = votes[at]!.values.subarray(row * classes, (row + 1) * classes)
        for (const { index, similarity } of near.slice(0, k))
          for (const c of sets[index]!) own[c]! += 1 + similarity / (4 * k)
      })
    }
  }
  return votes
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

/** Rows of length 1; a row of zeros stays. */
function unitRows({ rows, columns, values }: Matrix): Matrix {
  const out = values.slice()
  for (let start = 0; start < out.length; start += columns) {
    const length = Math.sqrt(dot(values, start, values, start, columns)) || 1
    for (let k = start; k < start + columns; k++) out[k]! /= length
  }
  return { rows, columns, values: out }
}
