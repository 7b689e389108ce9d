import { EigenvalueDecomposition, Matrix } from 'ml-matrix'

/**
 * Eigenvalues of a symmetric matrix, largest first.
 *
 * @param matrix row-major side x side; left as it is
 */
export function eigenvalues(matrix: Float64Array, side: number): Float64Array {
  if (side === 0) return new Float64Array(0)
  const rows = Matrix.from1DArray(side, side, matrix)
  const { realEigenvalues } = new EigenvalueDecomposition(rows, { assumeSymmetric: true })
  return Float64Array.from(realEigenvalues).sort().reverse()
}
