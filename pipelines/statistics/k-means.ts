/** k-means: centres of clusters, each the mean of the vectors that are nearest to it (Lloyd, 1982). */
import type { Rng } from '../../stages/values.js'
import { dot, type Matrix, timesTransposed } from './products.js'

export interface Clusters {
  centres: Matrix
  /** Vectors of each. */
  sizes: number[]
  /** Sum of the squared distances from vectors to their centres. */
  inertia: number
  /** Rounds until no vector changed its cluster, or all that there were. */
  rounds: number
}

/** Vectors of which products are worked out at a time. */
const CHUNK = 4096

/**
 * From the centres given; a cluster that has lost all its vectors takes the one that is furthest from its own.
 *
 * @param vectors n x D @param start k x D, which are left as they are
 */
export function kMeans(vectors: Matrix, start: Matrix, most: number): Clusters {
  const centres = { ...start, values: start.values.slice() }
  const nearest = new Int32Array(vectors.rows).fill(-1)
  const distances = new Float64Array(vectors.rows)
  const lengths = squaredLengths(vectors)
  for (let rounds = 1; ; rounds++) {
    const changed = assign(vectors, lengths, centres, nearest, distances)
    if (!changed || rounds > most) {
      const sizes = new Array<number>(centres.rows).fill(0)
      for (const one of nearest) sizes[one]!++
      return { centres, sizes, inertia: distances.reduce((sum, one) => sum + one, 0), rounds: rounds - 1 }
    }
    moveToMeans(vectors, centres, nearest, distances)
  }
}

/** @returns whether any vector is of another cluster than it was */
function assign(
  vectors: Matrix,
  lengths: Float64Array,
  centres: Matrix,
  nearest: Int32Array,
  distances: Float64Array,
): boolean {
  const own = squaredLengths(centres)
  let changed = false
  for (let from = 0; from < vectors.rows; from += CHUNK) {
    const some = rows(vectors, from, Math.min(vectors.rows, from + CHUNK))
    const { values } = timesTransposed(some, centres)
    for (let row = 0; row < some.rows; row++) {
      let [best, least] = [0, Number.POSITIVE_INFINITY]
      for (let k = 0; k < centres.rows; k++) {
        const distance = own[k]! - 2 * values[row * centres.rows + k]!
        if (distance < least) [best, least] = [k, distance]
      }
      changed ||= nearest[from + row] !== best
      nearest[from + row] = best
      distances[from + row] = Math.max(0, lengths[from + row]! + least)
    }
  }
  return changed
}

function moveToMeans(vectors: Matrix, centres: Matrix, nearest: Int32Array, distances: Float64Array): void {
  const { columns, values } = vectors
  const sizes = new Float64Array(centres.rows)
  for (const one of nearest) sizes[one]!++
  for (let k = 0; k < centres.rows; k++) {
    if (sizes[k]! > 0) continue
    const furthest = distances.reduce((best, one, at) => (one > distances[best]! ? at : best), 0)
    distances[furthest] = 0
    sizes[nearest[furthest]!]!--
    nearest[furthest] = k
    sizes[k] = 1
  }
  centres.values.fill(0)
  for (let row = 0; row < vectors.rows; row++)
    for (let at = 0; at < columns; at++) centres.values[nearest[row]! * columns + at]! += values[row * columns + at]!
  for (let at = 0; at < centres.values.length; at++) centres.values[at]! /= sizes[Math.floor(at / columns)]!
}

/** k-means++ (Arthur and Vassilvitskii, SODA 2007): vectors as first centres, each drawn by its squared distance to those before. */
export function spreadCentres(vectors: Matrix, count: number, rng: Rng): Matrix {
  const { rows: n, columns, values } = vectors
  const centres = { rows: count, columns, values: new Float64Array(count * columns) }
  const lengths = squaredLengths(vectors)
  const distances = new Float64Array(n).fill(Number.POSITIVE_INFINITY)
  let chosen = rng.integer(0, n)
  for (let k = 0; ; k++) {
    centres.values.set(values.subarray(chosen * columns, (chosen + 1) * columns), k * columns)
    if (k === count - 1) return centres
    let total = 0
    for (let row = 0; row < n; row++) {
      const product = dot(values, row * columns, centres.values, k * columns, columns)
      const distance = Math.max(0, lengths[row]! + lengths[chosen]! - 2 * product)
      distances[row] = Math.min(distances[row]!, distance)
      total += distances[row]!
    }
    let left = rng.uniform(0, total)
    for (chosen = 0; chosen < n - 1 && left >= distances[chosen]!; chosen++) left -= distances[chosen]!
  }
}

const rows = ({ columns, values }: Matrix, from: number, to: number): Matrix => ({
  ...{ rows: to - from, columns },
  values: values.subarray(from * columns, to * columns),
})

function squaredLengths({ rows, columns, values }: Matrix): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => dot(values, row * columns, values, row * columns, columns))
}
