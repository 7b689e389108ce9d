import test from 'ava'
import { timeStretched } from '../../../stages/waveforms/phase-vocoder.js'
import timeStretch, { fitted } from '../../../stages/waveforms/time-stretch.js'
import { draws, largestDifference, runItem } from '../views/support.js'
import { cases } from './support.js'

const tones = Float32Array.from(cases.tones)

test('agrees with librosa.effects.time_stretch', async t => {
  for (const { rate, out } of cases.stretches) {
    const stretched = await timeStretched(tones, rate, 256)
    t.is(stretched.length, out.length)
    t.true(largestDifference(stretched, out) < 1e-6, `${rate}`)
  }
})

/** Sign changes a sample. */
const crossings = (samples: Float32Array) =>
  samples.filter((sample, i) => i > 0 && sample < 0 !== samples[i - 1]! < 0).length / samples.length

test('the pitch stays, the length does not', async t => {
  const sine = Float32Array.from({ length: 8000 }, (_, i) => Math.sin(0.3 * i))
  for (const rate of [0.7, 1.6]) {
    const stretched = await timeStretched(sine, rate, 512)
    t.is(stretched.length, Math.round(8000 / rate))
    t.true(Math.abs(crossings(stretched) / crossings(sine) - 1) < 0.02)
  }
})

test('excerpts stay as long as they were: longer sound is cut, shorter sound repeated', async t => {
  const port = { kind: 'excerpt', rate: 8000, samples: tones.length } as const
  for (const rate of [0.5, 2]) {
    const given = { from: tones, rng: draws() }
    const out = (await runItem(timeStretch, { rate: [rate, rate] }, { from: port }, given)) as Float32Array
    t.is(out.length, tones.length)
    if (rate === 2) t.deepEqual(out.slice(0, 800), out.slice(800))
  }
  const long = Float32Array.of(0, 1, 2, 3, 4)
  const starts = new Set(Array.from({ length: 50 }, (_, i) => fitted(long, 3, draws(`clip ${i}`)('start'))[0]))
  t.deepEqual([...starts].sort(), [0, 1, 2])
  t.deepEqual(fitted(long, 7, draws()('start')), Float32Array.of(0, 1, 2, 3, 4, 0, 1))
})
