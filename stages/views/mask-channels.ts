import { z } from 'zod'
import { anyPatch, describeStage, ParameterProblem } from '../contract.js'
import type { Patch } from '../values.js'

/** Channel mask: an encoder cannot rely on one channel alone. */
export default describeStage({
  runsIn: 'item',
  name: 'mask-channels',
  summary: 'Blots out one channel of some of the patches that have several.',
  source: 'Jiang et al., ICASSP 2024 (MC-SimCLR)',
  parameters: z.strictObject({
    probability: z
      .number()
      .min(0)
      .max(1)
      .default(0.5)
      .describe('share of the patches that lose a channel, each equally often; it is 0, the mean behind normalise'),
  }),
  in: { from: anyPatch },
  out: ({ from }) => {
    if (from.channels === undefined) throw new ParameterProblem('from', 'of one channel nothing would be left')
    return from
  },
  draws: true,
  work:
    ({ probability }, { from: { channels = 1 } }) =>
    ({ from, rng }) =>
      rng('mask').uniform() < probability ? withoutChannel(from, rng('channel').integer(0, channels), channels) : from,
})

/** @param patch frames x bands x channels; left as it is */
export function withoutChannel(patch: Patch, channel: number, channels: number): Patch {
  const masked = patch.slice()
  for (let at = channel; at < masked.length; at += channels) masked[at] = 0
  return masked
}
