/** k nearest neighbours by cosine similarity: exact, by brute force, all k of a list in one pass. */

import { dot, type Matrix, rowsOf, timesTransposed } from '../../statistics/products.js'
import { startedEngine } from '../../statistics/row-tiles.js'
import type { Truth } from '../../statistics/truth.js'
import { nearestRows } from './nearest-rows.js'

/** Multiplications from which TensorFlow is faster, its start included: a probe compares twenty times over. */
const HEAVY = 2 ** 26
/** Test rows whose similarities are in memory at once. */
const BLOCK = 256

/**
 * Votes of the k most similar training rows: how many of them have the class, and between equals whose neighbours are
 * more similar in sum (a quarter of their mean similarity is added, which is below half a vote). Large comparisons are
 * TensorFlow's, in float32.
 *
 * @param train n x D; @param ks numbers of neighbours, from the largest to the smallest
 * @returns for each k the votes, test rows x classes
 * @throws Problem `no-engine` if there is much to compare and TensorFlow is not installed
 */
export async function nearestNeighbours(
  train: Matrix,
  { classes, sets }: Truth,
  test: Matrix,
  ks: readonly number[],
): Promise<Matrix[]> {
  const reach = Math.min(Math.max(...ks), train.rows)
  const light = train.rows * test.rows * train.columns < HEAVY
  const { indices, similarities } = light
    ? comparedRows(train, test, reach)
    : nearestRows(await startedEngine(), train, test, reach)
  return ks.map(k => {
    const votes = { rows: test.rows, columns: classes, values: new Float64Array(test.rows * classes) }
    for (let row = 0; row < test.rows; row++)
      for (let at = row * reach; at < row * reach + Math.min(k, reach); at++)
        for (const c of sets[indices[at]!]!) votes.values[row * classes + c]! += 1 + similarities[at]! / (4 * k)
    return votes
  })
}

/** `nearestRows` in float64. */
function comparedRows(known: Matrix, asked: Matrix, count: number) {
  const directions = unitRows(known)
  const indices = new Int32Array(asked.rows * count)
  const similarities = new Float64Array(asked.rows * count)
  for (let from = 0; from < asked.rows; from += BLOCK) {
    const rows = Array.from({ length: Math.min(BLOCK, asked.rows - from) }, (_, row) => from + row)
    const products = timesTransposed(unitRows(rowsOf(asked, rows)), directions).values
    for (const row of rows) {
      const near = mostSimilar(products.subarray((row - from) * known.rows, (row - from + 1) * known.rows), count)
      near.forEach(({ index, similarity }, at) => {
        indices[row * count + at] = index
        similarities[row * count + at] = similarity
      })
    }
  }
  return { indices, similarities }
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
