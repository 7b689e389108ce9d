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
  const fewRows = rows.rows < rows.columns
  const side = Math.min(rows.rows, rows.columns)
  // many axes: the products of all rows, or of all columns, cost less than going through the rows in every round
  if (side > ROUNDS * count)
    return iterated({ count, columns: rows.columns, seed }, axes =>
      timesTransposed(timesTransposed(axes, rows), across),
    )
  const products = fewRows ? timesTransposed(rows, rows) : timesTransposed(across, across)
  const axes = iterated({ count, columns: side, seed }, axes => timesTransposed(axes, products))
  return fewRows ? orthonormal(timesTransposed(axes, across)) : axes
}

function iterated(
  { count, columns, seed }: { count: number; columns: number; seed: number },
  turned: (axes: Matrix) => Matrix,
): Matrix {
  const start = new Float32Array(count * columns)
  streamOf(`principal components ${seed}`).fillNormal(start, 1)
  let axes: Matrix = { rows: count, columns, values: Float64Array.from(start) }
  for (let round = 0; round < ROUNDS; round++) axes = orthonormal(turned(axes))
  return axes
}

/** Of a row that is less than this share of what it was, nothing but rounding is left. */
const ROUNDING = 1e-10

/** The rows, each less what it shares with those before it (modified Gram-Schmidt), at length 1; 0 where nothing is left. */
function orthonormal({ rows, columns, values }: Matrix): Matrix {
  const out = values.slice()
  for (let at = 0; at < rows * columns; at += columns) {
    const before = Math.sqrt(dot(out, at, out, at, columns))
    for (let other = 0; other < at; other += columns) {
      const shared = dot(out, at, out, other, columns)
      for (let k = 0; k < columns; k++) out[at + k]! -= shared * out[other + k]!
    }
    const length = Math.sqrt(dot(out, at, out, at, columns))
    for (let k = 0; k < columns; k++) out[at + k] = length > ROUNDING * before ? out[at + k]! / length : 0
  }
  return { rows, columns, values: out }
}
