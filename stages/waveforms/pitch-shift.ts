import { z } from 'zod'
import { range } from '../../data/quantities.js'
import { describeStage, excerpt } from '../contract.js'
import type { Excerpt } from '../values.js'
import { powerOfTwo } from './fourier.js'
import { timeStretched } from './phase-vocoder.js'
import { resampled } from './resampled.js'
import { leftAlone, share } from './share.js'
import { vocoderWindow } from './time-stretch.js'

/** Higher or lower at the same speed. */
export default describeStage({
  runsIn: 'item',
  name: 'pitch-shift',
  summary: 'Makes the sound higher or lower without changing its speed.',
  source: 'Laroche and Dolson, IEEE Trans. SAP 1999; librosa.effects.pitch_shift',
  parameters: z.strictObject({
    semitones: range({ min: -24, max: 24 }).default([-2, 2]).describe('drawn uniformly: 12 are an octave up'),
    window: vocoderWindow,
    share,
  }),
  in: { from: excerpt },
  out: ({ from }) => from,
  draws: true,
  work: ({ semitones, window, share }, { from: port }) => {
    const size = powerOfTwo(Math.round(window * port.rate))
    return ({ from, rng }) =>
      leftAlone(rng, share) ? from : pitchShifted(from, rng('semitones').uniform(...semitones), size)
  },
})

/**
 * Stretched by the phase vocoder, then read at another speed so that it is as long as before.
 *
 * @param size as of `timeStretched`
 */
export async function pitchShifted(sound: Excerpt, semitones: number, size: number): Promise<Excerpt> {
  const ratio = 2 ** (semitones / 12)
  return resampled(await timeStretched(sound, 1 / ratio, size), ratio, sound.length)
}
