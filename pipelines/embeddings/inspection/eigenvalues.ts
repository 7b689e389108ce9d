/**
 * Eigenvalues of a symmetric matrix, largest first: Householder's reflections make it tridiagonal, bisection finds each
 * eigenvalue between the others (Golub and Van Loan, Matrix Computations, 8.3.1 and 8.4.1). Without vectors: ml-matrix,
 * which has them always, takes more than twice as long.
 *
 * @param matrix row-major side x side; left as it is
 */
export function eigenvalues(matrix: Float64Array, side: number): Float64Array {
  const { diagonal, beside } = tridiagonal(matrix.slice(), side)
  const around = (at: number) => Math.abs(beside[at - 1] ?? 0) + Math.abs(beside[at] ?? 0)
  const least = diagonal.reduce((end, value, at) => Math.min(end, value - around(at)), Number.POSITIVE_INFINITY)
  const most = diagonal.reduce((end, value, at) => Math.max(end, value + around(at)), Number.NEGATIVE_INFINITY)
  return Float64Array.from({ length: side }, (_, rank) => {
    let [low, high] = [least, most]
    for (let halving = 0; halving < HALVINGS; halving++) {
      const middle = (low + high) / 2
      if (side - below(middle, diagonal, beside) > rank) low = middle
      else high = middle
    }
    return (low + high) / 2
  })
}

/** Of the range of all eigenvalues: all bits of a double. */
const HALVINGS = 54

interface Tridiagonal {
  diagonal: Float64Array
  /** Entry k stands between the diagonal's k and k + 1. */
  beside: Float64Array
}

/** A similar tridiagonal matrix; overwrites `a`. */
function tridiagonal(a: Float64Array, side: number): Tridiagonal {
  const beside = new Float64Array(Math.max(0, side - 1))
  const v = new Float64Array(side)
  const w = new Float64Array(side)
  for (let k = 0; k < side - 1; k++) {
    let square = 0
    for (let i = k + 1; i < side; i++) {
      v[i] = a[i * side + k]!
      square += v[i]! ** 2
    }
    const length = v[k + 1]! > 0 ? -Math.sqrt(square) : Math.sqrt(square)
    beside[k] = length
    const reflected = 2 * (square - v[k + 1]! * length)
    if (reflected === 0) continue
    v[k + 1]! -= length
    let shared = 0
    for (let i = k + 1; i < side; i++) {
      let sum = 0
      for (let j = k + 1; j < side; j++) sum += a[i * side + j]! * v[j]!
      w[i] = (2 * sum) / reflected
      shared += w[i]! * v[i]!
    }
    for (let i = k + 1; i < side; i++) w[i]! -= (shared / reflected) * v[i]!
    for (let i = k + 1; i < side; i++)
      for (let j = k + 1; j < side; j++) a[i * side + j]! -= v[i]! * w[j]! + w[i]! * v[j]!
  }
  return { diagonal: Float64Array.from({ length: side }, (_, at) => a[at * side + at]!), beside }
}

/** In place of a pivot of 0. */
const TINY = -1e-150

/** How many eigenvalues are less than x: the negative pivots of the matrix less x I (Sylvester's law of inertia). */
function below(x: number, diagonal: Float64Array, beside: Float64Array): number {
  let [count, pivot] = [0, 1]
  for (let at = 0; at < diagonal.length; at++) {
    const coupled = at > 0 ? beside[at - 1]! ** 2 / pivot : 0
    pivot = diagonal[at]! - x - coupled
    if (pivot === 0) pivot = TINY
    if (pivot < 0) count++
  }
  return count
}
