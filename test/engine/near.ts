/** How near numbers computed in float32 have to be to their reference: here alone, so that no test invents it. */
import type { ExecutionContext } from 'ava'

/** Half of the gap between 1 and the next number: the largest error of one operation. */
export const FLOAT32 = 2 ** -24
export const BFLOAT16 = 2 ** -9
export const FLOAT64 = 2 ** -53

/** Where tests stop: beyond this many times of what is expected of rounding it is another number. */
const SAFETY = 8

export interface Allowance {
  /** What is added up, where that is larger than what is expected: terms cancel. */
  size?: number
  /** How many roundings one behind the other a number goes through; they are a random walk. */
  roundings?: number
  /**
   * How far PyTorch in float32 is from the reference in float64, measured by `test/fixtures/float64.py`. It tells how
   * sensitive a network is, and of a gradient that is zero by construction (of a bias in front of a batch norm) that only
   * rounding is left of it.
   */
  rounding?: number
  /** How far from exact what is expected is itself: of random draws, or of a formula without its epsilon. */
  inexact?: number
  /** FLOAT32 if nothing is said. */
  unit?: number
}

/**
 * Fails unless every number is as near to the expected one as rounding allows, measured by the largest of them: whatever
 * the processor, its instructions, its threads and the order in which they add.
 */
export function near(
  t: ExecutionContext,
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
  what = 'it',
  { size = 0, roundings, rounding = 0, inexact = 0, unit = FLOAT32 }: Allowance = {},
): void {
  const walk = Math.sqrt(roundings ?? (rounding > 0 ? 4 : 256))
  const allowed = inexact + SAFETY * (2 * rounding + unit * walk * Math.max(size, largest(expected)))
  const apart = distance(found, expected)
  t.true(apart <= allowed, `${what} is off by ${apart}, allowed ${allowed}`)
}

/**
 * Gradients of weights, in their order, that were computed in two ways. What is added up for one is as large as for its
 * layer: the gradient of a bias that a batch norm takes away again is nothing but rounding of terms as large as those of
 * the layer's weights.
 */
export function nearGradients(
  t: ExecutionContext,
  weights: readonly { readonly name: string }[],
  found: readonly ArrayLike<number>[],
  expected: readonly ArrayLike<number>[],
  what = '',
): void {
  const layer = (name: string) => name.slice(0, name.lastIndexOf('.'))
  for (const [at, { name }] of weights.entries()) {
    const sizes = weights.map((other, place) => (layer(other.name) === layer(name) ? largest(expected[place]!) : 0))
    near(t, found[at]!, expected[at]!, `${what} ${name}`, { size: Math.max(...sizes) })
  }
}

/** Largest difference; infinite where there are not as many, or one is no number. */
export function distance(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (found.length !== expected.length) return Number.POSITIVE_INFINITY
  let apart = 0
  for (let index = 0; index < expected.length; index += 1) {
    const gap = Math.abs(found[index]! - expected[index]!)
    if (!(gap <= Number.MAX_VALUE)) return Number.POSITIVE_INFINITY
    apart = Math.max(apart, gap)
  }
  return apart
}

function largest(numbers: ArrayLike<number>): number {
  let most = 0
  for (let index = 0; index < numbers.length; index += 1) most = Math.max(most, Math.abs(numbers[index]!))
  return most
}
