/** How far the loudest moments of a clip stand over its noise floor. */
import test from 'ava'
import { activityIn } from '../../../graphs/streams/activity.js'
import { streamOf } from '../../../graphs/streams/draws.js'

const BANDS = 64
/** Log10 power of noise, of which each band has the energy of a squared Gaussian, and of a call in some bands. */
function spectrogram(call: { from: number; frames: number; decibels: number } | undefined): Float32Array {
  const rng = streamOf('activity')
  return Float32Array.from({ length: 500 * BANDS }, (_, at) => {
    const [frame, band] = [Math.floor(at / BANDS), at % BANDS]
    const noise = rng.normal() ** 2 + rng.normal() ** 2
    const loud = call && frame >= call.from && frame < call.from + call.frames && band >= 30 && band < 34
    return Math.log10(noise + (loud ? 2 * 10 ** (call.decibels / 10) : 0))
  })
}

test('noise by itself is below the usual limit of 10 dB, a call of a fifth of a second above it', t => {
  t.true(activityIn(spectrogram(undefined), BANDS) < 9)
  t.true(activityIn(spectrogram({ from: 200, frames: 20, decibels: 20 }), BANDS) > 14)
  t.is(activityIn(new Float32Array(500 * BANDS), BANDS), 0)
})

test('another level of the whole clip changes nothing', t => {
  const sound = spectrogram({ from: 10, frames: 50, decibels: 15 })
  const louder = sound.map(value => value + 2)
  t.true(Math.abs(activityIn(louder, BANDS) - activityIn(sound, BANDS)) < 1e-3)
})
