import { z } from 'zod'
import { describeStage, patch } from '../contract.js'
import type { Patch } from '../values.js'

/** Time reversal: some patches are played backwards. */
export default describeStage({
  runsIn: 'item',
  name: 'time-reversal',
  summary: 'Plays some of the patches backwards.',
  source: 'uclser20, TimeReversal',
  parameters: z.strictObject({
    probability: z.number().min(0).max(1).default(0.5).describe('share of the patches that are reversed'),
  }),
  in: { from: patch },
  out: ({ from }) => from,
  draws: true,
  work:
    ({ probability }, { from: port }) =>
    ({ from, rng }) =>
      rng('reverse').uniform() < probability ? reversed(from, port.bands) : from,
})

/** The frames of a patch in reverse order; the patch given is left as it is. */
export function reversed(patch: Patch, bands: number): Patch {
  const backwards = new Float32Array(patch.length)
  for (let from = 0, to = patch.length - bands; to >= 0; from += bands, to -= bands)
    backwards.set(patch.subarray(from, from + bands), to)
  return backwards
}
