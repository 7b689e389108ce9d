import type { Matrix } from './products.js'

/**
 * Each feature to mean 0 and standard deviation 1 over the training rows; the test rows by the same numbers.
 * A feature that never varies becomes 0 in training, and is only centred in the test rows.
 */
export function standardise(train: Matrix, test: Matrix): { train: Matrix; test: Matrix } {
  const { columns } = train
  const mean = new Float64Array(columns)
  const variance = new Float64Array(columns)
  eachRow(train, (row, start) => {
    for (let k = 0; k < columns; k++) mean[k] = mean[k]! + (train.values[start + k]! - mean[k]!) / (row + 1)
  })
  eachRow(train, (_, start) => {
    for (let k = 0; k < columns; k++)
      variance[k] = variance[k]! + (train.values[start + k]! - mean[k]!) ** 2 / train.rows
  })
  const scale = variance.map((value, k) => (value > 1e-20 * mean[k]! ** 2 && value > 0 ? 1 / Math.sqrt(value) : 1))
  const apply = (matrix: Matrix): Matrix => {
    const values = new Float64Array(matrix.values.length)
    eachRow(matrix, (_, start) => {
      for (let k = 0; k < columns; k++) values[start + k] = (matrix.values[start + k]! - mean[k]!) * scale[k]!
    })
    return { ...matrix, values }
  }
  return { train: apply(train), test: apply(test) }
}

function eachRow({ rows, columns }: Matrix, work: (row: number, start: number) => void): void {
  for (let row = 0; row < rows; row++) work(row, row * columns)
}
