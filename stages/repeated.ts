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
