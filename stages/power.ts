/**
 * Conversion between log10 power and power for whole patches, exact to the last bit or two of float32 (relative error
 * below 2e-7). Beyond what the quick kernels can (infinities, NaN, powers too small or too large for float32) the exact
 * functions answer.
 */
import { simd } from './simd/simd.js'

/**
 * Writes 10^x for each x.
 *
 * @param log log10 power
 * @param power where the powers go, same length
 * @returns the sum of the powers
 */
export function powerOf(log: Float32Array, power: Float32Array): number {
  const { powers, room } = simd()
  const { length } = power
  const numbers = room(length)
  numbers.set(log)
  numbers.fill(-37, length, length + 4) // the kernel goes on to a multiple of four: 1e-37 counts for nothing
  const sum = powers(0, 4 * length)
  power.set(numbers.subarray(0, length))
  if (!Number.isNaN(sum)) return sum
  log.forEach((x, i) => {
    if (!(Math.abs(x) <= 37)) power[i] = 10 ** x
  })
  return power.reduce((all, value) => all + value, 0)
}

/** Replaces each power by its log10; 0 becomes -Infinity. */
export function logOf(power: Float32Array): Float32Array {
  const { logarithms, room } = simd()
  const { length } = power
  const numbers = room(length)
  numbers.set(power)
  numbers.fill(1, length, length + 4)
  const allNormal = logarithms(0, 4 * length)
  const beyond = allNormal ? [] : [...power.keys()].filter(i => !(power[i]! >= 2 ** -126 && power[i]! < Infinity))
  const exact = beyond.map(i => Math.log10(power[i]!))
  power.set(numbers.subarray(0, length))
  beyond.forEach((i, at) => {
    power[i] = exact[at]!
  })
  return power
}
