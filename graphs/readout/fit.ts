/** The step that is fitted on unlabelled embeddings: each number standardised, or all of them whitened to fewer. */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix'
import type { StoredTensor } from '../../engine/weights.js'

export type Fit = 'standardise' | { whiten: number }

/** Clips that are fitted to at most, evenly spaced: the products of all with all are needed. */
const MOST = 1500

/** By name, as they are kept: `mean` and `deviation` [D]; `components` [n, D] where they are whitened. */
export type Fitted = Map<string, StoredTensor>

/**
 * @param rows one a clip
 * @throws RangeError if there are not more rows than numbers to whiten to
 */
export function fitStep(rows: readonly Float32Array[], fit: Fit): Fitted {
  const every = Math.ceil(rows.length / MOST)
  const taken = rows.filter((_, at) => at % every === 0)
  const size = taken[0]!.length
  const mean = new Float64Array(size)
  for (const row of taken) for (let i = 0; i < size; i++) mean[i]! += row[i]! / taken.length
  const deviation = new Float64Array(size)
  for (const row of taken) for (let i = 0; i < size; i++) deviation[i]! += (row[i]! - mean[i]!) ** 2 / taken.length
  // a number that never changes stays 0
  for (let i = 0; i < size; i++) deviation[i] = Math.sqrt(deviation[i]!) || 1
  const fitted: Fitted = new Map([
    ['mean', vector(mean)],
    ['deviation', vector(deviation)],
  ])
  if (fit === 'standardise') return fitted
  if (taken.length <= fit.whiten)
    throw new RangeError(`${taken.length} clips cannot be whitened to ${fit.whiten} numbers`)
  fitted.set(
    'components',
    principal(
      taken.map(row => standardised(row, mean, deviation)),
      fit.whiten,
    ),
  )
  return fitted
}

/** What a fitted step makes of an embedding. */
export function applyFitted(fitted: Fitted, embedding: Float32Array): Float32Array {
  const whole = standardised(embedding, fitted.get('mean')!.data, fitted.get('deviation')!.data)
  const components = fitted.get('components')
  if (!components) return Float32Array.from(whole)
  const [count, size] = components.shape as [number, number]
  return Float32Array.from({ length: count }, (_, row) => {
    let sum = 0
    for (let i = 0; i < size; i++) sum += components.data[row * size + i]! * whole[i]!
    return sum
  })
}

/** Numbers that leave. */
export const fittedSize = (fitted: Fitted): number =>
  fitted.get('components')?.shape[0] ?? fitted.get('mean')!.data.length

function standardised(row: ArrayLike<number>, mean: ArrayLike<number>, deviation: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: row.length }, (_, i) => (row[i]! - mean[i]!) / deviation[i]!)
}

/**
 * Directions of greatest variance, each so long that what it gives has variance 1 over the rows; from the products of
 * rows with rows, of which there are fewer than numbers in a row.
 *
 * @param rows whose mean is 0
 */
function principal(rows: readonly Float64Array[], count: number): StoredTensor {
  const x = new Matrix(rows.map(row => Array.from(row)))
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(x.mmul(x.transpose()), {
    assumeSymmetric: true,
  })
  const order = [...realEigenvalues.keys()].sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!).slice(0, count)
  const size = rows[0]!.length
  const data = new Float32Array(count * size)
  for (const [row, column] of order.entries()) {
    const value = Math.max(realEigenvalues[column]!, 0)
    // X' u / sqrt(value) has length 1; the variance of what it gives is value / rows
    const scale = value > 1e-9 * realEigenvalues[order[0]!]! ? Math.sqrt(rows.length) / value : 0
    for (const [at, values] of rows.entries()) {
      const share = scale * eigenvectorMatrix.get(at, column)
      for (let i = 0; i < size; i++) data[row * size + i]! += share * values[i]!
    }
  }
  return { shape: [count, size], data }
}

const vector = (values: Float64Array): StoredTensor => ({ shape: [values.length], data: Float32Array.from(values) })
