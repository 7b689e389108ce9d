/** The directions along which rows lie furthest apart. */
import { streamOf } from '../../graphs/streams/draws.js'
import { dot, type Matrix, timesTransposed, transposed } from './products.js'

const ROUNDS = 15

/** The rows less their mean. */
export function centred({ rows, columns, values }: Matrix): Matrix {
  const out = values.slice()
  for (let k = 0; k < columns; k++) {
    let mean = 0
    for (let row = 0; row < rows; row++) mean += values[row * columns + k]! / rows
    for (let row = 0; row < rows; row++) out[row * columns + k]! -= mean
  }
  return { rows, columns, values: out }
}

/**
 * The first principal axes of centred rows, by orthogonal iteration on their covariance (Golub and Van Loan, Matrix
 * Computations, 7.3.2): a few of many cost less so than a decomposition, which finds all of them.
 *
 * @returns a row of length 1 for each axis, count x columns; one of zeros where the rows have no more
 */
export function principalAxes(rows: Matrix, count: number, seed = 0): Matrix {
  const across = transposed(rows)
  const start = new Float32Array(count * rows.columns)
  streamOf(`principal components ${seed}`).fillNormal(start, 1)
  let axes: Matrix = { rows: count, columns: rows.columns, values: Float64Array.from(start) }
  for (let round = 0; round < ROUNDS; round++) axes = orthonormal(timesTransposed(timesTransposed(axes, rows), across))
  return axes
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
