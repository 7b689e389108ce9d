import type { Matrix } from './products.js'

/**
 * Each feature to mean 0 and standard deviation 1 over the training rows; the test rows by the same numbers.
 * A feature that never varies becomes 0 in training, and is only centred in the test rows.
 */
export function standardise(train: Matrix, test: Matrix): { train: Matrix; test: Matrix } {
  const scale = scaleOf(train, everyRow(train))
  return { train: scaled(train, everyRow(train), scale), test: scaled(test, everyRow(test), scale) }
}

/** The same for two choices of the rows of one matrix, without a copy of what is not yet scaled. */
export function standardiseRows(
  features: Matrix,
  { train, test }: { train: ArrayLike<number>; test: ArrayLike<number> },
): { train: Matrix; test: Matrix } {
  const scale = scaleOf(features, train)
  return { train: scaled(features, train, scale), test: scaled(features, test, scale) }
}

const everyRow = ({ rows }: Matrix) => Uint32Array.from({ length: rows }, (_, row) => row)

interface Scale {
  mean: Float64Array
  /** Inverse of the deviation; 1 where there is none. */
  factor: Float64Array
}

/** Rows that are summed for themselves before they join the rest: long sums keep their digits. */
const BLOCK = 256

function scaleOf({ columns, values }: Matrix, rows: ArrayLike<number>): Scale {
  const [mean, variance] = [new Float64Array(columns), new Float64Array(columns)]
  const part = new Float64Array(columns)
  for (let block = 0; block < rows.length; block += BLOCK) {
    part.fill(0)
    for (let at = block; at < Math.min(block + BLOCK, rows.length); at++) addRow(part, values, rows[at]! * columns)
    for (let k = 0; k < columns; k++) mean[k]! += part[k]! / rows.length
  }
  for (let block = 0; block < rows.length; block += BLOCK) {
    part.fill(0)
    for (let at = block; at < Math.min(block + BLOCK, rows.length); at++)
      addSquares(part, values, rows[at]! * columns, mean)
    for (let k = 0; k < columns; k++) variance[k]! += part[k]! / rows.length
  }
  // rounding alone varies by less than 1e-10 of the mean
  const factor = variance.map((value, k) => (value > 1e-20 * mean[k]! ** 2 && value > 0 ? 1 / Math.sqrt(value) : 1))
  return { mean, factor }
}

function addRow(to: Float64Array, values: Float64Array, from: number): void {
  for (let k = 0; k < to.length; k++) to[k]! += values[from + k]!
}

function addSquares(to: Float64Array, values: Float64Array, from: number, mean: Float64Array): void {
  for (let k = 0; k < to.length; k++) {
    const apart = values[from + k]! - mean[k]!
    to[k]! += apart * apart
  }
}

function scaled({ columns, values }: Matrix, rows: ArrayLike<number>, { mean, factor }: Scale): Matrix {
  const out = new Float64Array(rows.length * columns)
  for (let at = 0; at < rows.length; at++) {
    const [from, to] = [rows[at]! * columns, at * columns]
    for (let k = 0; k < columns; k++) out[to + k] = (values[from + k]! - mean[k]!) * factor[k]!
  }
  return { rows: rows.length, columns, values: out }
}
