import { z } from 'zod'
import { range } from '../../data/quantities.js'
import { randomExcerpt } from '../audio/crop.js'
import { bank, describeStage, excerpt, optional, ParameterProblem, recording, sameAs } from '../contract.js'
import { energy } from '../separation/products.js'
import type { Excerpt, Rng } from '../values.js'
import { fourierOf, powerOfTwo } from './fourier.js'
import { leftAlone, share } from './share.js'

/** Noise, made or recorded, at a signal-to-noise ratio. */
export default describeStage({
  runsIn: 'item',
  name: 'add-noise',
  summary: 'Adds white or pink noise, or a piece of another recording, at a random signal-to-noise ratio.',
  parameters: z.strictObject({
    snr: range({ min: -60, max: 100 })
      .default([5, 30])
      .describe('decibels of the excerpt over the noise, drawn uniformly'),
    colour: z
      .enum(['white', 'pink', 'recorded'])
      .default('white')
      .describe('pink: power falls by 3 dB an octave. recorded: a piece of another clip, from `noises`'),
    share,
  }),
  in: { from: excerpt, noises: sameAs('from', optional(bank(recording))) },
  out: ({ from, noises }, { colour }) => {
    if ((colour === 'recorded') !== (noises !== undefined))
      throw new ParameterProblem('colour', "'recorded' goes together with a bank of recordings, as in noises: sound")
    return from
  },
  draws: true,
  work:
    ({ snr, colour, share }) =>
    async ({ from, noises, clip, rng }) => {
      if (leftAlone(rng, share)) return from
      const [other] = noises ? await noises.draw(1, { not: clip.id, rng: rng('clip') }) : []
      const noise = other
        ? randomExcerpt(other, from.length, rng('start'))
        : await colouredNoise(from.length, colour === 'pink' ? 'pink' : 'white', rng('noise'))
      return withNoise(from, noise, rng('snr').uniform(...snr))
    },
})

/**
 * The sound and, so many decibels below it by mean power, the noise.
 *
 * @returns the sound itself if it or the noise is silent
 */
export function withNoise(sound: Excerpt, noise: Float32Array, snr: number): Excerpt {
  const gain = Math.sqrt(energy(sound) / energy(noise)) * 10 ** (-snr / 20)
  return Number.isFinite(gain) && gain > 0 ? sound.map((sample, i) => sample + gain * noise[i]!) : sound
}

/** Gaussian noise of any level. Pink: white noise whose bin k was divided by the root of k, without its mean. */
async function colouredNoise(length: number, colour: 'white' | 'pink', rng: Rng): Promise<Float32Array> {
  const white = new Float32Array(colour === 'white' ? length : powerOfTwo(length))
  rng.fillNormal(white, 1)
  return colour === 'white' ? white : (await pinkened(white)).slice(0, length)
}

/** @param white its length a power of two */
export async function pinkened(white: Float32Array): Promise<Float32Array> {
  const { size, forward, inverse } = await fourierOf(white.length)
  const spectrum = forward(white)
  for (let bin = 0; bin < size; bin++) {
    const frequency = Math.min(bin, size - bin)
    const factor = frequency === 0 ? 0 : 1 / Math.sqrt(frequency)
    spectrum[2 * bin]! *= factor
    spectrum[2 * bin + 1]! *= factor
  }
  return Float32Array.from(inverse(spectrum))
}
