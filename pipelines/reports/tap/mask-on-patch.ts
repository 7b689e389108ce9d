/** A mask as it is seen best: on the patch for which it was drawn. */
import type { IndicesPort, PatchPort } from '../../../stages/ports.js'

/** The patch without the pieces that are hidden: its lowest number stands in their place. */
export function maskOnPatch(
  patch: Float32Array,
  { frames, bands }: PatchPort,
  mask: Float32Array,
  { kept, times, bins }: IndicesPort,
): Float32Array {
  const [long, high] = [frames / times, bands / bins]
  const lowest = patch.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY)
  const hidden = new Set(mask.subarray(kept))
  const placeOf = (at: number) => Math.floor(Math.floor(at / bands) / long) * bins + Math.floor((at % bands) / high)
  return patch.map((value, at) => (hidden.has(placeOf(at)) ? lowest : value))
}
