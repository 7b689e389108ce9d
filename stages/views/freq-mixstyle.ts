import { z } from 'zod'
import { betaDraw } from '../beta-draw.js'
import { bank, describeStage, logMel, patch, sameAs } from '../contract.js'
import type { Patch } from '../values.js'
import { randomPatch } from './temporal-proximity.js'

/** Freq-MixStyle: the patch as if another device, or room, had coloured it. */
export default describeStage({
  runsIn: 'item',
  name: 'freq-mixstyle',
  summary: 'Gives each band of the patch a mean and a deviation between its own and those of a patch of another clip.',
  source: 'Schmid et al., DCASE 2022; CPJKU/cpjku_dcase22, mixstyle; Kim et al., Interspeech 2022',
  parameters: z.strictObject({
    probability: z.number().min(0).max(1).default(0.4).describe('share of the patches that are changed'),
    alpha: z
      .number()
      .min(0.01)
      .max(100)
      .default(0.4)
      .describe('the weight of its own statistics is drawn from Beta(alpha, alpha)'),
  }),
  in: { from: patch, others: sameAs('from', bank(logMel)) },
  out: ({ from }) => from,
  draws: true,
  work:
    ({ probability, alpha }, { from: { frames, bands } }) =>
    async ({ from, others, clip, rng }) => {
      if (rng('mix').uniform() >= probability) return from
      const [other] = await others.draw(1, { not: clip.id, rng: rng('other') })
      return freqMixStyle(from, randomPatch(other!, frames, rng('start')), bands, betaDraw(alpha, rng('weight')))
    },
})

/**
 * Band by band (x - m) / s x (w s + (1 - w) s') + w m + (1 - w) m', with mean and deviation m, s of the patch and m', s' of
 * the other over time; deviations by the unbiased variance plus 1e-6.
 *
 * @param patch row-major frames x bands, as `other`
 * @param weight of its own statistics, from 0 to 1
 */
export function freqMixStyle(patch: Patch, other: Patch, bands: number, weight: number): Patch {
  const out = new Float32Array(patch.length)
  for (let band = 0; band < bands; band++) {
    const [own, style] = [bandStatistics(patch, band, bands), bandStatistics(other, band, bands)]
    const factor = (weight * own.deviation + (1 - weight) * style.deviation) / own.deviation
    const mean = weight * own.mean + (1 - weight) * style.mean
    for (let at = band; at < patch.length; at += bands) out[at] = (patch[at]! - own.mean) * factor + mean
  }
  return out
}

function bandStatistics(patch: Patch, band: number, bands: number): { mean: number; deviation: number } {
  const frames = patch.length / bands
  let mean = 0
  for (let at = band; at < patch.length; at += bands) mean += patch[at]! / frames
  let squares = 0
  for (let at = band; at < patch.length; at += bands) squares += (patch[at]! - mean) ** 2
  return { mean, deviation: Math.sqrt(squares / Math.max(1, frames - 1) + 1e-6) }
}
