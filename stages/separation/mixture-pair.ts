import { z } from 'zod'
import { range } from '../../data/quantities.js'
import { randomExcerpt } from '../audio/crop.js'
import { bank, describeStage, excerpt, recording, sameAs } from '../contract.js'
import type { Excerpt } from '../values.js'
import { energy } from './products.js'

/** Two mixtures that are to be mixed once more, and told apart by MixIT. */
export default describeStage({
  name: 'mixture-pair',
  runsIn: 'item',
  summary: 'Puts an excerpt of another clip, or silence, beside an excerpt: the two sides of a mixture of mixtures.',
  source: 'Wisdom et al., NeurIPS 2020, 3.1',
  parameters: z.strictObject({
    single: z.number().min(0).max(1).default(0).describe('share of pairs whose second side is silent'),
    level: range({ min: -60, max: 60 })
      .optional()
      .describe('decibels of the second side over the first, drawn uniformly; as they are if not said'),
  }),
  in: { from: excerpt, others: sameAs('from', bank(recording)) },
  out: ({ from }) => ({ kind: 'pair', of: from }),
  draws: true,
  work: ({ single, level }, { from: { samples } }) => {
    return async ({ from, others, clip, rng }) => {
      if (rng('single').uniform() < single) return { a: from, b: new Float32Array(samples) }
      const [other] = await others.draw(1, { not: clip.id, rng: rng('other') })
      const b = randomExcerpt(other!, samples, rng('start'))
      return { a: from, b: level ? atLevel(b, from, rng('level').uniform(...level)) : b }
    }
  },
})

/**
 * A sound brought to so many decibels over another, by the mean energy of both; itself if either is silent.
 *
 * @returns the sound or a copy of the same length
 */
export function atLevel(sound: Excerpt, over: Excerpt, decibels: number): Excerpt {
  const gain = Math.sqrt(energy(over) / energy(sound)) * 10 ** (decibels / 20)
  return Number.isFinite(gain) && gain > 0 ? sound.map(sample => gain * sample) : sound
}
