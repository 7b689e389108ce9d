import { z } from 'zod'
import { ends } from '../../data/quantities.js'
import { describeStage, ParameterProblem, patch } from '../contract.js'
import type { Patch } from '../values.js'

/** Circular time shift: the patch starts later, and what falls off its end comes back at its start. */
export default describeStage({
  runsIn: 'item',
  name: 'time-shift',
  summary: 'Shifts the patch in time by a random number of frames; what leaves at the end comes back at the start.',
  source: 'uclser20, RandTimeShift',
  parameters: z.strictObject({
    frames: ends(z.int().min(0))
      .default([1, 29])
      .describe('shift towards later, in frames, drawn uniformly, both ends included'),
  }),
  in: { from: patch },
  out: ({ from }, { frames: [, most] }) => {
    if (most >= from.frames)
      throw new ParameterProblem('frames', `a shift of ${most} goes round the patch, which has ${from.frames} frames`)
    return from
  },
  draws: true,
  work:
    ({ frames: [least, most] }, { from: port }) =>
    ({ from, rng }) =>
      laterBy(from, port.bands, rng('shift').integer(least, most + 1)),
})

/**
 * The patch with its frames moved round (`numpy.roll(patch, frames, axis=0)`).
 *
 * @param patch frames x bands, left as it is
 * @param frames 0 to the patch's frames
 */
export function laterBy(patch: Patch, bands: number, frames: number): Patch {
  const shifted = new Float32Array(patch.length)
  const rest = patch.length - frames * bands
  shifted.set(patch.subarray(rest))
  shifted.set(patch.subarray(0, rest), frames * bands)
  return shifted
}
