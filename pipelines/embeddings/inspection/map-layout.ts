/** Embeddings in two dimensions: L2-normalised, their first principal components, then UMAP; the same every time. */
import { UMAP } from 'umap-js'
import { streamOf } from '../../../graphs/streams/draws.js'
import { dot, type Matrix, timesTransposed } from '../../statistics/products.js'

/** Principal components that UMAP starts from: neighbours among these are those among all, and are found sooner. */
const COMPONENTS = 32
const ROUNDS = 15

export interface LayoutOptions {
  seed: number
  /** Told the rounds done and all of them. */
  progress?: ((done: number, all: number) => void) | undefined
}

/**
 * UMAP (McInnes, Healy, Melville, 2018) with 15 neighbours.
 *
 * @param embeddings a row each
 * @returns a point for each row, in no unit; fewer than 4 rows lie on a line
 */
export function mapLayout(embeddings: Matrix, { seed, progress }: LayoutOptions): [x: number, y: number][] {
  const { rows } = embeddings
  if (rows < 4) return Array.from({ length: rows }, (_, row) => [row, 0])
  const components = principalComponents(normalised(embeddings), seed)
  const vectors = Array.from({ length: rows }, (_, row) => [
    ...components.values.subarray(row * components.columns, (row + 1) * components.columns),
  ])
  const rng = streamOf(`embedding map ${seed}`)
  const umap = new UMAP({ nNeighbors: Math.min(15, rows - 1), minDist: 0.1, random: () => rng.uniform() })
  const rounds = umap.initializeFit(vectors)
  for (let round = 1; round <= rounds; round++) {
    umap.step()
    progress?.(round, rounds)
  }
  return umap.getEmbedding().map(([x = 0, y = 0]) => [x, y])
}

/** Each row at length 1; one of zeros stays. */
function normalised({ rows, columns, values }: Matrix): Matrix {
  const scaled = values.slice()
  for (let row = 0; row < rows; row++) {
    const one = scaled.subarray(row * columns, (row + 1) * columns)
    const length = Math.sqrt(one.reduce((sum, value) => sum + value * value, 0)) || 1
    for (let k = 0; k < columns; k++) one[k]! /= length
  }
  return { rows, columns, values: scaled }
}

/**
 * Projection of the centred rows on their first principal components, by orthogonal iteration on the covariance
 * (Golub and Van Loan, Matrix Computations, 7.3.2).
 */
export function principalComponents(data: Matrix, seed: number, count = COMPONENTS): Matrix {
  const { rows, columns, values } = data
  const centred = { rows, columns, values: values.slice() }
  for (let k = 0; k < columns; k++) {
    let mean = 0
    for (let row = 0; row < rows; row++) mean += values[row * columns + k]! / rows
    for (let row = 0; row < rows; row++) centred.values[row * columns + k]! -= mean
  }
  if (columns <= count) return centred
  const across = transposed(centred)
  const covariance = timesTransposed(across, across)
  const start = new Float32Array(count * columns)
  streamOf(`principal components ${seed}`).fillNormal(start, 1)
  let basis: Matrix = { rows: count, columns, values: Float64Array.from(start) }
  for (let round = 0; round < ROUNDS; round++) basis = orthonormal(timesTransposed(basis, covariance))
  return timesTransposed(centred, basis)
}

function transposed({ rows, columns, values }: Matrix): Matrix {
  const out = new Float64Array(values.length)
  for (let row = 0; row < rows; row++)
    for (let k = 0; k < columns; k++) out[k * rows + row] = values[row * columns + k]!
  return { rows: columns, columns: rows, values: out }
}

/** Of a row that is less than this share of what it was, nothing but rounding is left. */
const ROUNDING = 1e-10

/** The rows, each less what it shares with those before it (modified Gram-Schmidt), at length 1; 0 where nothing is left. */
function orthonormal({ rows, columns, values }: Matrix): Matrix {
  const out = values.slice()
  const row = (at: number) => out.subarray(at * columns, (at + 1) * columns)
  const product = (one: Float64Array, other: Float64Array) => dot(one, 0, other, 0, columns)
  for (let at = 0; at < rows; at++) {
    const one = row(at)
    const before = Math.sqrt(product(one, one))
    for (let other = 0; other < at; other++) {
      const shared = product(one, row(other))
      for (let k = 0; k < columns; k++) one[k]! -= shared * row(other)[k]!
    }
    const length = Math.sqrt(product(one, one))
    for (let k = 0; k < columns; k++) one[k] = length > ROUNDING * before ? one[k]! / length : 0
  }
  return { rows, columns, values: out }
}
