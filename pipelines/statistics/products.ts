/** The dense algebra that the probes need: one product, one factorisation, one solve. All row-major, float64. */

export interface Rows {
  rows: number
  columns: number
  /** Row-major. */
  values: Float32Array | Float64Array
}

export interface Matrix extends Rows {
  values: Float64Array
}

/** Rows of B that stay in the cache while rows of A pass by. */
const BLOCK = 16

/** A Bᵀ. Both operands are walked along their rows, two rows of A and four of B at a time. */
export function timesTransposed(a: Matrix, b: Matrix): Matrix {
  const { rows: n, columns: depth, values: x } = a
  const { rows: m, values: y } = b
  const out = new Float64Array(n * m)
  const evenRows = n - (n % 2)
  const evenColumns = m - (m % 4)
  for (let block = 0; block < evenColumns; block += BLOCK)
    for (let i = 0; i < evenRows; i += 2)
      for (let j = block; j < Math.min(block + BLOCK, evenColumns); j += 4) {
        const [x0, x1] = [i * depth, (i + 1) * depth]
        const [y0, y1, y2, y3] = [j * depth, (j + 1) * depth, (j + 2) * depth, (j + 3) * depth]
        let [a0, a1, a2, a3, b0, b1, b2, b3] = [0, 0, 0, 0, 0, 0, 0, 0]
        for (let k = 0; k < depth; k++) {
          const p = x[x0 + k]!
          const q = x[x1 + k]!
          const r0 = y[y0 + k]!
          const r1 = y[y1 + k]!
          const r2 = y[y2 + k]!
          const r3 = y[y3 + k]!
          a0 += p * r0
          a1 += p * r1
          a2 += p * r2
          a3 += p * r3
          b0 += q * r0
          b1 += q * r1
          b2 += q * r2
          b3 += q * r3
        }
        const at = i * m + j
        out[at] = a0
        out[at + 1] = a1
        out[at + 2] = a2
        out[at + 3] = a3
        out[at + m] = b0
        out[at + m + 1] = b1
        out[at + m + 2] = b2
        out[at + m + 3] = b3
      }
  for (let i = 0; i < n; i++)
    for (let j = i < evenRows ? evenColumns : 0; j < m; j++) out[i * m + j] = dot(x, i * depth, y, j * depth, depth)
  return { rows: n, columns: m, values: out }
}

/** Σ x[i + k] y[j + k] for k < length. */
export function dot(x: Float64Array, i: number, y: Float64Array, j: number, length: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0]
  const end = length - (length % 4)
  let k = 0
  for (; k < end; k += 4) {
    s0 += x[i + k]! * y[j + k]!
    s1 += x[i + k + 1]! * y[j + k + 1]!
    s2 += x[i + k + 2]! * y[j + k + 2]!
    s3 += x[i + k + 3]! * y[j + k + 3]!
  }
  for (; k < length; k++) s0 += x[i + k]! * y[j + k]!
  return s0 + s1 + s2 + s3
}

export function transposed({ rows, columns, values }: Matrix): Matrix {
  const out = new Float64Array(values.length)
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = values[i * columns + j]!
  return { rows: columns, columns: rows, values: out }
}

/** The rows of the given numbers, in that order. All of them in order are a matrix itself, not a copy. */
export function rowsOf(matrix: Rows, indices: ArrayLike<number>): Matrix {
  const { columns } = matrix
  let row = 0
  while (row < indices.length && indices[row] === row) row++
  if (row === indices.length && row === matrix.rows && isMatrix(matrix)) return matrix
  const values = new Float64Array(indices.length * columns)
  for (let row = 0; row < indices.length; row++) {
    const from = indices[row]! * columns
    values.set(matrix.values.subarray(from, from + columns), row * columns)
  }
  return { rows: indices.length, columns, values }
}

const isMatrix = (rows: Rows): rows is Matrix => rows.values instanceof Float64Array

/** A = lower upper, lower triangular, upper its transpose. */
export interface Factor {
  lower: Matrix
  upper: Matrix
}

/** Cholesky factor of a symmetric positive definite A, four columns of a row at a time. */
export function cholesky(a: Matrix): Factor {
  const n = a.rows
  const values = new Float64Array(n * n)
  const rest = new Float64Array(4)
  for (let i = 0; i < n; i++)
    for (let first = 0; first <= i; first += 4) {
      const end = Math.min(first + 4, i + 1)
      if (end - first === 4) fourProducts(values, i * n, first * n, n, first, rest)
      else for (let j = first; j < end; j++) rest[j - first] = dot(values, i * n, values, j * n, first)
      for (let j = first; j < end; j++) {
        let left = a.values[i * n + j]! - rest[j - first]!
        for (let k = first; k < j; k++) left -= values[i * n + k]! * values[j * n + k]!
        values[i * n + j] = i === j ? Math.sqrt(left) : left / values[j * n + j]!
      }
    }
  const lower = { rows: n, columns: n, values }
  return { lower, upper: transposed(lower) }
}

/** Σ x[i + k] x[j + k] for k < length, and for the three rows after j. */
function fourProducts(x: Float64Array, i: number, j: number, n: number, length: number, out: Float64Array): void {
  const [j1, j2, j3] = [j + n, j + 2 * n, j + 3 * n]
  let [s0, s1, s2, s3] = [0, 0, 0, 0]
  for (let k = 0; k < length; k++) {
    const value = x[i + k]!
    s0 += value * x[j + k]!
    s1 += value * x[j1 + k]!
    s2 += value * x[j2 + k]!
    s3 += value * x[j3 + k]!
  }
  out[0] = s0
  out[1] = s1
  out[2] = s2
  out[3] = s3
}

/** Overwrites each of the first `count` rows b of `rights` by the solution x of A x = b. */
export function solve({ lower, upper }: Factor, rights: Float64Array, count: number): void {
  const n = lower.rows
  for (let first = 0; first < count; first += 4) {
    const width = Math.min(4, count - first)
    for (let i = 0; i < n; i++) substitute(lower.values, n, i, 0, i, rights, first, width)
    for (let i = n - 1; i >= 0; i--) substitute(upper.values, n, i, i + 1, n, rights, first, width)
  }
}

/** Unknown i of up to four right sides at once, by row i of a triangle, whose unknowns `from`..`to` are known. */
function substitute(
  triangle: Float64Array,
  n: number,
  i: number,
  from: number,
  to: number,
  rights: Float64Array,
  first: number,
  width: number,
): void {
  const row = i * n
  const scale = 1 / triangle[row + i]!
  if (width < 4) {
    for (let right = first; right < first + width; right++) {
      const known = dot(triangle, row + from, rights, right * n + from, to - from)
      rights[right * n + i] = (rights[right * n + i]! - known) * scale
    }
    return
  }
  const [b0, b1, b2, b3] = [first * n, (first + 1) * n, (first + 2) * n, (first + 3) * n]
  let [s0, s1, s2, s3] = [0, 0, 0, 0]
  for (let k = from; k < to; k++) {
    const factor = triangle[row + k]!
    s0 += factor * rights[b0 + k]!
    s1 += factor * rights[b1 + k]!
    s2 += factor * rights[b2 + k]!
    s3 += factor * rights[b3 + k]!
  }
  rights[b0 + i] = (rights[b0 + i]! - s0) * scale
  rights[b1 + i] = (rights[b1 + i]! - s1) * scale
  rights[b2 + i] = (rights[b2 + i]! - s2) * scale
  rights[b3 + i] = (rights[b3 + i]! - s3) * scale
}
