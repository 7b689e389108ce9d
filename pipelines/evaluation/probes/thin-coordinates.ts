/** Fewer coordinates for the same points: n points span at most n dimensions, however wide their embeddings. */
import { dot, type Matrix, rowsOf, timesTransposed } from '../../statistics/products.js'

/** Share of the largest squared length below which a point counts as a combination of the others. */
const NEGLIGIBLE = 1e-12

/**
 * Coordinates of `train` (n x D, n < D) in an orthonormal basis of its own span (n x r, r <= n), and of `test` likewise.
 * Inner products with training points stay what they were, so a linear model with an L2 penalty gives the same
 * predictions: exact, not an approximation. Gram-Schmidt on the rows, as a pivoted Cholesky factorisation of X Xᵀ
 * (Golub and Van Loan, Matrix Computations, 4.2.8).
 */
export function thinCoordinates(train: Matrix, test: Matrix): { train: Matrix; test: Matrix } {
  const n = train.rows
  const gram = timesTransposed(train, train).values
  const rest = Float64Array.from({ length: n }, (_, i) => gram[i * n + i]!)
  const limit = Math.max(...rest) * NEGLIGIBLE
  const coordinates = new Float64Array(n * n)
  const pivots: number[] = []
  for (let rank = 0; rank < n; rank++) {
    let pivot = 0
    for (let i = 1; i < n; i++) if (rest[i]! > rest[pivot]!) pivot = i
    if (rest[pivot]! <= limit) break
    const length = Math.sqrt(rest[pivot]!)
    for (let i = 0; i < n; i++) {
      const shared = dot(coordinates, i * n, coordinates, pivot * n, rank)
      const value = pivots.includes(i) ? 0 : (gram[i * n + pivot]! - shared) / length
      coordinates[i * n + rank] = i === pivot ? length : value
      rest[i] = i === pivot ? 0 : Math.max(0, rest[i]! - value * value)
    }
    pivots.push(pivot)
  }
  const rank = pivots.length
  const thin = new Float64Array(n * rank)
  for (let i = 0; i < n; i++) thin.set(coordinates.subarray(i * n, i * n + rank), i * rank)
  const points: Matrix = { rows: n, columns: rank, values: thin }
  return { train: points, test: forward(rowsOf(points, pivots), timesTransposed(test, rowsOf(train, pivots))) }
}

/** Solves L z = k for every row k: the pivots' own coordinates are lower triangular. */
function forward(lower: Matrix, products: Matrix): Matrix {
  const { columns: rank, values: l } = lower
  const z = products.values
  for (let start = 0; start < z.length; start += rank)
    for (let i = 0; i < rank; i++) z[start + i] = (z[start + i]! - dot(l, i * rank, z, start, i)) / l[i * rank + i]!
  return products
}
