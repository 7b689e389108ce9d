import { z } from 'zod'
import { describeStage, type LogMelPort, logMel } from '../contract.js'
import { randomPatch } from './temporal-proximity.js'

/** One random piece of a spectrogram; over a pair, one of each side. */
export default describeStage({
  place: 'item',
  name: 'cut',
  summary: 'Cuts one patch from a random place of the spectrogram; each side of a pair has its own place.',
  parameters: z.strictObject({
    frames: z.int().min(1).max(100_000).default(96).describe('length of a patch, in frames of the spectrogram'),
  }),
  in: { from: logMel },
  out: ({ from }, { frames }) => ({ ...(from as LogMelPort), kind: 'patch', frames }),
  draws: true,
  work:
    ({ frames }) =>
    ({ from, rng }) =>
      randomPatch(from, frames, rng('start')),
})
