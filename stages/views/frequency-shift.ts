import { z } from 'zod'
import { ends } from '../../data/quantities.js'
import { describeStage, ParameterProblem, patch } from '../contract.js'
import type { Patch } from '../values.js'

/** Circular frequency shift: every frame moves up by the same bands, and its top bands come back at the bottom. */
export default describeStage({
  runsIn: 'item',
  name: 'frequency-shift',
  summary: 'Shifts the patch up by a random number of bands; what leaves at the top comes back at the bottom.',
  source: 'uclser20, RandFreqShift',
  parameters: z.strictObject({
    bands: ends(z.int().min(0))
      .default([1, 9])
      .describe('shift upwards, in bands, drawn uniformly, both ends included'),
  }),
  in: { from: patch },
  out: ({ from }, { bands: [, most] }) => {
    if (most >= from.bands)
      throw new ParameterProblem('bands', `a shift of ${most} goes round the patch, which has ${from.bands} bands`)
    return from
  },
  draws: true,
  work:
    ({ bands: [least, most] }, { from: port }) =>
    ({ from, rng }) =>
      higherBy(from, port.bands, rng('shift').integer(least, most + 1)),
})

/**
 * The patch with the bands of each frame moved round (`numpy.roll(patch, shift, axis=1)`).
 *
 * @param patch frames x bands, left as it is
 * @param shift 0 to `bands`
 */
export function higherBy(patch: Patch, bands: number, shift: number): Patch {
  const shifted = new Float32Array(patch.length)
  const rest = bands - shift
  for (let row = 0; row < patch.length; row += bands) {
    shifted.set(patch.subarray(row + rest, row + bands), row)
    shifted.set(patch.subarray(row, row + rest), row + shift)
  }
  return shifted
}
