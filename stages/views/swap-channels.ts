import { z } from 'zod'
import { anyPatch, describeStage, ParameterProblem } from '../contract.js'
import type { Patch } from '../values.js'

/** Channel swap: left becomes right. */
export default describeStage({
  runsIn: 'item',
  name: 'swap-channels',
  summary:
    'Exchanges two microphones: channels 1 and 2 of some patches change places, and the lags in channel 3 turn round.',
  source: 'Jiang et al., ICASSP 2024 (MC-SimCLR)',
  parameters: z.strictObject({
    probability: z.number().min(0).max(1).default(0.5).describe('share of the patches that are swapped'),
  }),
  in: { from: anyPatch },
  out: ({ from }) => {
    if (from.channels !== 3)
      throw new ParameterProblem(
        'from',
        `it takes spectrograms of two microphones and their lags, three channels; ${from.channels ?? 1} arrive`,
      )
    return from
  },
  draws: true,
  work:
    ({ probability }, { from: port }) =>
    ({ from, rng }) =>
      rng('swap').uniform() < probability ? swapped(from, port.bands) : from,
})

/** @param patch frames x bands x 3; left as it is */
export function swapped(patch: Patch, bands: number): Patch {
  const other = new Float32Array(patch.length)
  for (let row = 0; row < patch.length; row += 3 * bands)
    for (let band = 0; band < bands; band++) {
      const at = row + 3 * band
      other[at] = patch[at + 1]!
      other[at + 1] = patch[at]!
      other[at + 2] = patch[row + 3 * (bands - 1 - band) + 2]!
    }
  return other
}
