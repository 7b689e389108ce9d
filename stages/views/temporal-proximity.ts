import { z } from 'zod'
import type { LogMelPort } from '../contract.js'
import { describeStage, logMel } from '../contract.js'
import type { LogMel, Patch, Rng } from '../values.js'

/** Temporal proximity sampling: two pieces of one recording are a positive pair. */
export default describeStage({
  place: 'item',
  name: 'temporal-proximity',
  summary: 'Cuts two patches from one clip at random, each on its own; they may overlap.',
  source: 'Jansen et al., ICASSP 2018; Fonseca et al., ICASSP 2021',
  parameters: z.strictObject({
    frames: z.int().min(1).max(100_000).default(96).describe('length of a patch, in frames of the spectrogram'),
    mode: z
      .enum(['random'])
      .default('random')
      .describe('how the two patches lie: random = two independent uniform starts, overlap allowed'),
  }),
  in: { from: logMel },
  out: ({ from }, { frames }) => {
    const { rate, hop, bands } = from as LogMelPort
    return { kind: 'pair', of: { kind: 'patch', rate, hop, bands, frames } }
  },
  draws: true,
  work:
    ({ frames }) =>
    ({ from, rng }) => {
      const starts = rng('starts')
      return { a: randomPatch(from, frames, starts), b: randomPatch(from, frames, starts) }
    },
})

/**
 * A patch from a uniformly drawn place; a clip shorter than the patch is repeated from its start.
 *
 * @param frames length of the patch
 * @returns frames x bands, row-major; the caller's own
 * @throws RangeError if the clip has no frames
 */
export function randomPatch(mel: LogMel, frames: number, rng: Rng): Patch {
  if (mel.frames >= frames) return mel.read(rng.integer(0, mel.frames - frames + 1), frames)
  if (mel.frames === 0) throw new RangeError('the clip has no frames')
  return repeated(mel.read(0, mel.frames), frames * mel.bands)
}

function repeated(values: Float32Array, length: number): Float32Array {
  const longer = new Float32Array(length)
  for (let at = 0; at < length; at += values.length) longer.set(values.subarray(0, length - at), at)
  return longer
}
