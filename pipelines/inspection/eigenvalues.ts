/** Linear algebra of small symmetric matrices. */

const SWEEPS = 30
/** Of the matrix's own size: off-diagonal numbers below are rounding. */
const SMALL = 1e-12

/**
 * Eigenvalues of a symmetric matrix, largest first, by cyclic Jacobi rotations (Golub and Van Loan, Matrix Computations,
 * 8.5).
 *
 * @param matrix row-major side x side; left as it is
 */
export function eigenvalues(matrix: Float64Array, side: number): Float64Array {
  const a = matrix.slice()
  const scale = Math.sqrt(a.reduce((sum, value) => sum + value * value, 0))
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let rotated = false
    for (let p = 0; p < side; p++)
      for (let q = p + 1; q < side; q++)
        if (Math.abs(a[p * side + q]!) > SMALL * scale) {
          rotate(a, side, p, q)
          rotated = true
        }
    if (!rotated) break
  }
  return Float64Array.from({ length: side }, (_, at) => a[at * side + at]!)
    .sort()
    .reverse()
}

/** Makes a[p, q] zero. */
function rotate(a: Float64Array, side: number, p: number, q: number): void {
  const theta = (a[q * side + q]! - a[p * side + p]!) / (2 * a[p * side + q]!)
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
  const c = 1 / Math.sqrt(t * t + 1)
  const s = t * c
  for (let k = 0; k < side; k++) {
    const [x, y] = [a[k * side + p]!, a[k * side + q]!]
    a[k * side + p] = c * x - s * y
    a[k * side + q] = s * x + c * y
  }
  for (let k = 0; k < side; k++) {
    const [x, y] = [a[p * side + k]!, a[q * side + k]!]
    a[p * side + k] = c * x - s * y
    a[q * side + k] = s * x + c * y
  }
}

/**
 * Some orthonormal directions along which rows lie far apart: the first principal axes of the rows, nearly.
 *
 * @param rows row-major count x dimensions
 * @returns axes, each of `dimensions` numbers
 */
export function principalAxes(rows: Float32Array, dimensions: number, wanted: number): Float64Array[] {
  const count = rows.length / dimensions
  const mean = new Float64Array(dimensions)
  for (const [at, value] of rows.entries()) mean[at % dimensions]! += value / count
  let axes: Float64Array[] = Array.from({ length: Math.min(wanted, dimensions) }, (_, axis) =>
    Float64Array.from({ length: dimensions }, (_, k) => Math.sin(1 + k * (axis + 1) * 0.7368) + (k === axis ? 1 : 0)),
  )
  for (let round = 0; round < ROUNDS; round++) {
    const next = axes.map(() => new Float64Array(dimensions))
    for (let row = 0; row < count; row++)
      for (const [at, axis] of axes.entries()) {
        let along = 0
        for (let k = 0; k < dimensions; k++) along += (rows[row * dimensions + k]! - mean[k]!) * axis[k]!
        for (let k = 0; k < dimensions; k++) next[at]![k]! += along * (rows[row * dimensions + k]! - mean[k]!)
      }
    axes = orthonormal(next)
  }
  return axes
}

const ROUNDS = 6

/** Modified Gram-Schmidt; directions in which nothing is left go. */
function orthonormal(vectors: readonly Float64Array[]): Float64Array[] {
  const kept: Float64Array[] = []
  const dot = (x: Float64Array, y: Float64Array) => x.reduce((sum, value, k) => sum + value * y[k]!, 0)
  for (const vector of vectors) {
    const rest = vector.slice()
    const before = Math.sqrt(dot(rest, rest))
    for (const one of kept) {
      const shared = dot(rest, one)
      for (let k = 0; k < rest.length; k++) rest[k]! -= shared * one[k]!
    }
    const length = Math.sqrt(dot(rest, rest))
    if (length > 1e-9 * before) kept.push(rest.map(value => value / length))
  }
  return kept
}
