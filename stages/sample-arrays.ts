/** Samples, or other numbers, put together. */

/**
 * `length` values: those given, over and over from their start, and cut there. A new array.
 *
 * @throws RangeError if there are none
 */
export function repeated(values: Float32Array, length: number): Float32Array {
  if (values.length === 0) throw new RangeError('there is nothing to repeat')
  const out = new Float32Array(length)
  for (let at = 0; at < length; at += values.length) out.set(values.subarray(0, length - at), at)
  return out
}

/** One after the other, in a new array. */
export function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** The sum of sounds of one length, sample by sample, in their order; silence where there is none. */
export function added(sounds: readonly Float32Array[], length: number): Float32Array {
  const sum = new Float32Array(length)
  for (const sound of sounds) for (let i = 0; i < length; i++) sum[i]! += sound[i]!
  return sum
}
