import { z } from 'zod'
import { ends, frequency, range } from '../../data/quantities.js'
import { describeStage, excerpt, ParameterProblem } from '../contract.js'
import type { Excerpt } from '../values.js'
import { leftAlone, share } from './share.js'

const hertz = frequency({ min: 1, max: 500_000 })

/** A filter of second order somewhere in the spectrum. */
export default describeStage({
  runsIn: 'item',
  name: 'band-filter',
  summary: 'Takes away what is below or above a random frequency, or a band around it.',
  source: 'Bristow-Johnson, Cookbook formulae for audio EQ biquad filter coefficients',
  parameters: z.strictObject({
    kind: z.enum(['high-pass', 'low-pass', 'band-stop']).default('high-pass').describe('12 dB an octave, or a notch'),
    frequency: ends(hertz).default([100, 2000]).describe('corner or middle, drawn uniformly in octaves'),
    q: range({ min: 0.05, max: 100 })
      .default([0.7, 0.7])
      .describe('quality, drawn uniformly: 0.7 is the flattest; of a band-stop the middle over the width'),
    share,
  }),
  in: { from: excerpt },
  out: ({ from }, { frequency: [, highest] }) => {
    const { rate } = from
    if (highest >= rate / 2) throw new ParameterProblem('frequency', `sound at ${rate} Hz ends at ${rate / 2} Hz`)
    return from
  },
  draws: true,
  work: ({ kind, frequency: [low, high], q, share }, { from: { rate } }) => {
    return ({ from, rng }) => {
      if (leftAlone(rng, share)) return from
      const at = low * (high / low) ** rng('frequency').uniform()
      return biquad(from, filterOf(kind, at / rate, rng('q').uniform(...q)))
    }
  },
})

/** y[n] = b0 x[n] + b1 x[n-1] + b2 x[n-2] - a1 y[n-1] - a2 y[n-2] */
export type Biquad = readonly [b0: number, b1: number, b2: number, a1: number, a2: number]

/** @param frequency of the sample rate, below 0.5 */
export function filterOf(kind: 'high-pass' | 'low-pass' | 'band-stop', frequency: number, q: number): Biquad {
  const angle = 2 * Math.PI * frequency
  const cosine = Math.cos(angle)
  const alpha = Math.sin(angle) / (2 * q)
  const [b0, b1] =
    kind === 'band-stop'
      ? [1, -2 * cosine]
      : kind === 'low-pass'
        ? [(1 - cosine) / 2, 1 - cosine]
        : [(1 + cosine) / 2, -1 - cosine]
  const a0 = 1 + alpha
  return [b0 / a0, b1 / a0, b0 / a0, (-2 * cosine) / a0, (1 - alpha) / a0]
}

/** A filtered copy, from rest, float64 inside (`scipy.signal.lfilter`). */
export function biquad(sound: Excerpt, [b0, b1, b2, a1, a2]: Biquad): Excerpt {
  const out = new Float32Array(sound.length)
  let [first, second] = [0, 0]
  for (let i = 0; i < sound.length; i++) {
    const x = sound[i]!
    const y = b0 * x + first
    first = b1 * x - a1 * y + second
    second = b2 * x - a2 * y
    out[i] = y
  }
  return out
}
