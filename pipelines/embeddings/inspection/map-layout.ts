/** Embeddings in two dimensions: L2-normalised, their first principal components, then UMAP; the same every time. */
import { extent } from 'd3-array'
import { UMAP } from 'umap-js'
import { streamOf } from '../../../graphs/streams/draws.js'
import { centred, principalAxes } from '../../statistics/principal-axes.js'
import { type Matrix, timesTransposed } from '../../statistics/products.js'

/** Principal components that UMAP starts from: neighbours among these are those among all, and are found sooner. */
const COMPONENTS = 32

/** As many as UMAP takes for large sets; 500, as it takes for small ones, keep no more neighbours of 1,000 windows. */
const ROUNDS = 200

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
  const nNeighbors = Math.min(15, rows - 1)
  const umap = new UMAP({ nNeighbors, minDist: 0.1, nEpochs: ROUNDS, random: () => rng.uniform() })
  const rounds = umap.initializeFit(vectors)
  for (let round = 1; round <= rounds; round++) {
    umap.step()
    progress?.(round, rounds)
  }
  return umap.getEmbedding().map(([x = 0, y = 0]) => [x, y])
}

/** Into a square of side 1 with its corner at 0, at one scale for both directions. */
export function inUnitSquare(places: readonly (readonly [number, number])[]): [x: number, y: number][] {
  const [left = 0, right = 0] = extent(places, ([x]) => x)
  const [top = 0, bottom = 0] = extent(places, ([, y]) => y)
  const span = Math.max(right - left, bottom - top) || 1
  return places.map(([x, y]) => [(x - left) / span, (y - top) / span])
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

/** Projection of the centred rows on their first principal axes; all of them if they have no more dimensions. */
export function principalComponents(data: Matrix, seed: number, count = COMPONENTS): Matrix {
  const rows = centred(data)
  return data.columns <= count ? rows : timesTransposed(rows, principalAxes(rows, count, seed))
}
