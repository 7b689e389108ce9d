/** Which reference mixture each source belongs to (MixIT): for each source the number of its reference, 0 or 1. */
import type { Products } from './products.js'

export type Assignment = Uint8Array

/**
 * Tries all 2^M assignments (Wisdom et al., NeurIPS 2020, equation 3) and takes the one of least loss: the mean of
 * 10 log10(error / energy + threshold) over both references; for a silent one what it is given counts as the error, and
 * the energy of the other as its energy.
 *
 * @param products of M sources and 2 references; M of at most 16
 * @param threshold of the signal-to-noise ratio, as a ratio of energies: 10^(-SNRmax / 10)
 */
export function bestAssignment(products: Products, threshold: number): Assignment {
  const count = Math.sqrt(products.sources.length)
  const [a, b] = products.references as unknown as [number, number]
  let best = 0
  let least = Number.POSITIVE_INFINITY
  for (let code = 0; code < 2 ** count; code += 1) {
    let loss = 0
    for (const reference of [0, 1]) {
      const scale = products.references[reference]! || a + b || 1
      loss += Math.log(Math.max(0, errorOf(products, count, code, reference)) / scale + threshold)
    }
    if (loss < least) [best, least] = [code, loss]
  }
  return Uint8Array.from({ length: count }, (_, source) => (best >> source) & 1)
}

/**
 * Where one reference is silent and the other a single event: the one source that is nearest to it is given to it, all
 * others to the silent one. `undefined` where both sound.
 */
export function singleAssignment({ sources, cross, references }: Products): Assignment | undefined {
  const [a, b] = references as unknown as [number, number]
  if (a > 0 && b > 0) return undefined
  const sounding = a > 0 ? 0 : 1
  const count = Math.sqrt(sources.length)
  const errors = Array.from(
    { length: count },
    (_, source) => sources[source * count + source]! - 2 * cross[sounding * count + source]!,
  )
  const nearest = errors.indexOf(Math.min(...errors))
  return Uint8Array.from({ length: count }, (_, source) => (source === nearest ? sounding : 1 - sounding))
}

/** Energy of a reference without the sources given to it. */
function errorOf({ sources, cross, references }: Products, count: number, code: number, reference: number): number {
  let error = references[reference]!
  for (let one = 0; one < count; one += 1) {
    if (((code >> one) & 1) !== reference) continue
    error -= 2 * cross[reference * count + one]!
    for (let other = 0; other < count; other += 1)
      if (((code >> other) & 1) === reference) error += sources[one * count + other]!
  }
  return error
}

/** Added to the diagonal, as a share of the sources' mean energy: sources may be alike, or silent. */
const RIDGE = 1e-4

/**
 * Efficient MixIT (Wisdom et al., WASPAA 2021): the least-squares weights that make the references of the sources; each
 * source goes where its weight is larger. Takes M^3 steps, not 2^M.
 */
export function leastSquaresAssignment({ sources, cross }: Products): Assignment {
  const count = Math.sqrt(sources.length)
  let trace = 0
  for (let i = 0; i < count; i += 1) trace += sources[i * count + i]!
  const matrix = sources.slice()
  for (let i = 0; i < count; i += 1) matrix[i * count + i]! += (RIDGE * trace) / count || 1
  const difference = Float64Array.from({ length: count }, (_, i) => cross[i]! - cross[count + i]!)
  return Uint8Array.from(solve(matrix, difference), weight => (weight < 0 ? 1 : 0))
}

/** Solves matrix x = right for a symmetric positive definite matrix, by Cholesky's factors. */
function solve(matrix: Float64Array, right: Float64Array): Float64Array {
  const count = right.length
  const factor = new Float64Array(count * count)
  const x = right.slice()
  for (let row = 0; row < count; row += 1) {
    for (let column = 0; column <= row; column += 1) {
      let sum = matrix[row * count + column]!
      for (let k = 0; k < column; k += 1) sum -= factor[row * count + k]! * factor[column * count + k]!
      factor[row * count + column] = row === column ? Math.sqrt(sum) : sum / factor[column * count + column]!
    }
    for (let k = 0; k < row; k += 1) x[row]! -= factor[row * count + k]! * x[k]!
    x[row]! /= factor[row * count + row]!
  }
  for (let row = count - 1; row >= 0; row -= 1) {
    for (let k = row + 1; k < count; k += 1) x[row]! -= factor[k * count + row]! * x[k]!
    x[row]! /= factor[row * count + row]!
  }
  return x
}
