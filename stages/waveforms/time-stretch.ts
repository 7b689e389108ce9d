import { z } from 'zod'
import { duration, range } from '../../data/quantities.js'
import { describeStage, excerpt } from '../contract.js'
import { repeated } from '../sample-arrays.js'
import type { Excerpt, Rng } from '../values.js'
import { powerOfTwo } from './fourier.js'
import { timeStretched } from './phase-vocoder.js'
import { leftAlone, share } from './share.js'

/** Length of the vocoder's window; rounded up to a power of two in samples. */
export const vocoderWindow = duration({ min: 0.004, max: 0.5 })
  .default(0.064)
  .describe('of the phase vocoder, rounded up to a power of two in samples')

/** Faster or slower at the same pitch. */
export default describeStage({
  runsIn: 'item',
  name: 'time-stretch',
  summary: 'Makes the sound faster or slower without changing its pitch; the excerpt stays as long as it was.',
  source: 'Laroche and Dolson, IEEE Trans. SAP 1999; librosa.effects.time_stretch',
  parameters: z.strictObject({
    rate: range({ min: 0.25, max: 4 })
      .default([0.8, 1.25])
      .describe('speed, drawn uniformly: above 1 is faster. Slower sound is cut at a random place, faster is repeated'),
    window: vocoderWindow,
    share,
  }),
  in: { from: excerpt },
  out: ({ from }) => from,
  draws: true,
  work: ({ rate, window, share }, { from: port }) => {
    const size = powerOfTwo(Math.round(window * port.rate))
    return async ({ from, rng }) => {
      if (leftAlone(rng, share)) return from
      const stretched = await timeStretched(from, rng('rate').uniform(...rate), size)
      return fitted(stretched, from.length, rng('start'))
    }
  },
})

/** `length` samples: from a random place of a longer sound, or a shorter one repeated from its start. */
export function fitted(sound: Float32Array, length: number, rng: Rng): Excerpt {
  const start = sound.length > length ? rng.integer(0, sound.length - length + 1) : 0
  return repeated(sound.subarray(start), length)
}
