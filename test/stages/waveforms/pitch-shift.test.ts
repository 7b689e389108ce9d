import test from 'ava'
import pitchShift, { pitchShifted } from '../../../stages/waveforms/pitch-shift.js'
import { resampled } from '../../../stages/waveforms/resampled.js'
import { draws, largestDifference, runItem } from '../views/support.js'
import { cases, errorInDecibels } from './support.js'

const tones = Float32Array.from(cases.tones)

test('agrees with librosa.effects.pitch_shift: -40 dB, ends left out', async t => {
  for (const { semitones, out } of cases.shifts) {
    const shifted = await pitchShifted(tones, semitones, 256)
    t.is(shifted.length, out.length)
    const error = errorInDecibels(shifted, out, 100)
    t.true(error < -40, `${semitones}: ${error}`)
  }
})

const sine = (step: number, length: number) => Float32Array.from({ length }, (_, i) => Math.sin(step * i))

test('a sine read at another speed is another sine', t => {
  for (const step of [0.6, 1, 1.7]) {
    const out = resampled(sine(0.5, 2000), step, 1000)
    t.true(largestDifference(out.subarray(100), sine(0.5 * step, 1000).subarray(100)) < 2e-4, `${step}`)
  }
})

test('what would be folded back is taken away', t => {
  const out = resampled(sine(2.5, 4000), 1.7, 2000) // 2.5 x 1.7 is above pi
  t.true(Math.max(...out.subarray(100, 1900)) < 2e-4)
})

test('whole steps leave sound alone but for its highest octave’s end', t => {
  t.true(
    largestDifference(resampled(sine(0.4, 500), 1, 500).subarray(50, 450), sine(0.4, 500).subarray(50, 450)) < 2e-4,
  )
})

test('semitones lie in the range, excerpts stay as long as they were', async t => {
  const port = { kind: 'excerpt', rate: 8000, samples: 2000 } as const
  const crossings = (samples: Float32Array) =>
    samples.filter((sample, i) => i > 0 && sample < 0 !== samples[i - 1]! < 0).length
  for (let i = 0; i < 6; i++) {
    const given = { from: sine(0.5, 2000), rng: draws(`clip ${i}`) }
    const out = (await runItem(pitchShift, { semitones: [3, 5] }, { from: port }, given)) as Float32Array
    t.is(out.length, 2000)
    const semitones = 12 * Math.log2(crossings(out) / crossings(sine(0.5, 2000)))
    t.true(semitones > 2.8 && semitones < 5.2, String(semitones))
  }
})
