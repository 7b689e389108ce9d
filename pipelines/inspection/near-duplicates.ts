/** Pairs of rows that point the same way: all of them, without comparing every two. */
import { principalAxes } from './eigenvalues.js'

export interface Twin {
  a: number
  b: number
  cosine: number
}

export interface NearDuplicates {
  /** The most alike first; at most `KEPT`. */
  pairs: Twin[]
  count: number
  /** More pairs than `MOST` were met, and the search ended there. */
  cut: boolean
}

const AXES = 12
/** Rows that the axes are taken from. */
const SAMPLE = 512
const KEPT = 1000
const MOST = 1_000_000

/**
 * Rows of length 1 with a cosine of at least `threshold`. Two such rows are at most sqrt(2 - 2 threshold) apart, and so
 * is what they are along any orthonormal axes: rows are sorted along the first of some principal axes, and only those are
 * compared that are so near along all of these. No pair is missed.
 *
 * @param rows row-major, each of length 1 (or of zeros: never alike)
 */
export function nearDuplicates(rows: Float32Array, dimensions: number, threshold: number): NearDuplicates {
  const count = rows.length / dimensions
  const { axes, along, order } = sorted(rows, dimensions)
  const reach = 2 - 2 * threshold + 1e-6
  const found: Twin[] = []
  for (let first = 0; first < count; first++) {
    for (let next = first + 1; next < count; next++) {
      let apart = (along[next * axes]! - along[first * axes]!) ** 2
      if (apart > reach) break
      for (let axis = 1; axis < axes && apart <= reach; axis++)
        apart += (along[next * axes + axis]! - along[first * axes + axis]!) ** 2
      if (apart > reach) continue
      const [a, b] = [order[first]!, order[next]!]
      let cosine = 0
      for (let k = 0; k < dimensions; k++) cosine += rows[a * dimensions + k]! * rows[b * dimensions + k]!
      if (cosine >= threshold) found.push({ a: Math.min(a, b), b: Math.max(a, b), cosine })
    }
    if (found.length > MOST) break
  }
  found.sort((one, other) => other.cosine - one.cosine || one.a - other.a || one.b - other.b)
  return { pairs: found.slice(0, KEPT), count: found.length, cut: found.length > MOST }
}

/** The rows in their order along the first axis, and in this order what they are along each. */
function sorted(rows: Float32Array, dimensions: number) {
  const count = rows.length / dimensions
  const every = Math.max(1, Math.floor(count / SAMPLE))
  const sample = new Float32Array(Math.ceil(count / every) * dimensions)
  for (let row = 0, at = 0; row < count; row += every, at += dimensions)
    sample.set(rows.subarray(row * dimensions, (row + 1) * dimensions), at)
  const directions = principalAxes(sample, dimensions, AXES)
  const axes = Math.max(1, directions.length)
  const along = (row: number, direction: Float64Array | undefined) => {
    let sum = 0
    if (direction) for (let k = 0; k < dimensions; k++) sum += rows[row * dimensions + k]! * direction[k]!
    return sum
  }
  const first = Float64Array.from({ length: count }, (_, row) => along(row, directions[0]))
  const order = Uint32Array.from({ length: count }, (_, row) => row).sort((a, b) => first[a]! - first[b]!)
  const places = new Float64Array(count * axes)
  for (const [at, row] of order.entries())
    for (const [axis, direction] of directions.entries()) places[at * axes + axis] = along(row, direction)
  return { axes, along: places, order }
}
