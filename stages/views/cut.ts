import { z } from 'zod'
import { describeStage, logMel } from '../contract.js'
import { powerOf } from '../power.js'
import type { LogMel, Patch, Rng } from '../values.js'
import { randomPatch } from './temporal-proximity.js'

/** One random piece of a spectrogram; over a pair, one of each side. */
export default describeStage({
  runsIn: 'item',
  name: 'cut',
  summary: 'Cuts one patch from a random place of the spectrogram; each side of a pair has its own place.',
  parameters: z.strictObject({
    frames: z.int().min(1).max(100_000).default(96).describe('length of a patch, in frames of the spectrogram'),
    'loudest-of': z
      .int()
      .min(1)
      .max(64)
      .default(1)
      .describe('so many random places are tried, and the loudest is cut: keeps off the pauses between sparse sounds'),
  }),
  in: { from: logMel },
  out: ({ from }, { frames }) => ({ ...from, kind: 'patch', frames }),
  draws: true,
  cuts: true,
  work:
    ({ frames, 'loudest-of': tries }) =>
    ({ from, rng }) =>
      loudestPatch(from, frames, tries, rng('start')),
})

/**
 * The one with the most power among random patches, the first of equals.
 *
 * @param mel log10 power
 * @throws RangeError if the clip has no frames
 */
export function loudestPatch(mel: LogMel, frames: number, tries: number, rng: Rng): Patch {
  let loudest = randomPatch(mel, frames, rng)
  if (tries === 1) return loudest
  const scratch = new Float32Array(loudest.length)
  let most = powerOf(loudest, scratch)
  for (let trial = 1; trial < tries; trial++) {
    const patch = randomPatch(mel, frames, rng)
    const power = powerOf(patch, scratch)
    if (power > most) [loudest, most] = [patch, power]
  }
  return loudest
}
