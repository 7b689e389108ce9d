/** Inner products of sounds: all that the choice of an assignment needs to know of them. */

/** Of one example with M sources and R references. */
export interface Products {
  /** M x M, row-major: source times source. */
  sources: Float64Array
  /** R x M, row-major: reference times source. */
  cross: Float64Array
  /** R: energies of the references. */
  references: Float64Array
}

/** @throws RangeError if the sounds differ in length */
export function productsOf(sources: readonly Float32Array[], references: readonly Float32Array[]): Products {
  return {
    sources: Float64Array.from(sources.flatMap(one => sources.map(other => product(one, other)))),
    cross: Float64Array.from(references.flatMap(reference => sources.map(source => product(reference, source)))),
    references: Float64Array.from(references, energy),
  }
}

/** Sum of products, in double precision. @throws RangeError if the lengths differ */
export function product(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) throw new RangeError(`sounds of ${a.length} and ${b.length} samples`)
  let sum = 0
  for (let i = 0; i < a.length; i += 1) sum += a[i]! * b[i]!
  return sum
}

export function energy(sound: Float32Array): number {
  return product(sound, sound)
}
