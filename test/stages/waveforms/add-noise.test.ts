import test from 'ava'
import { streamOf } from '../../../graphs/streams/draws.js'
import { ParameterProblem } from '../../../stages/contract.js'
import type { Bank, Recording } from '../../../stages/values.js'
import addNoise, { pinkened, withNoise } from '../../../stages/waveforms/add-noise.js'
import { fc, testProp } from '../../properties.js'
import { draws, largestDifference, outOf, runItem } from '../views/support.js'
import { cases, energy, ports, sound } from './support.js'

const noise = Float32Array.from(cases.noise)
const snrOf = (mixed: Float32Array) =>
  10 * Math.log10(energy(sound) / energy(mixed.map((sample, i) => sample - sound[i]!)))

test('agrees with NumPy', async t => {
  for (const { snr, out } of cases.added) t.true(largestDifference(withNoise(sound, noise, snr), out) < 1e-6)
  t.true(largestDifference(await pinkened(Float32Array.from(cases.white)), cases.pink) < 1e-6)
})

testProp('the ratio is the one asked for', [fc.double({ min: -40, max: 60, noNaN: true })], (t, snr) => {
  t.true(Math.abs(snrOf(withNoise(sound, noise, snr)) - snr) < 0.02)
})

test('silence gets no noise', t => {
  const silence = new Float32Array(200)
  t.is(withNoise(silence, noise, 10), silence)
  t.is(withNoise(sound, silence, 10), sound)
})

test('pink noise has the same power in every octave, white noise twice as much in the next', async t => {
  const size = 1 << 14
  const octaves = async (samples: Float32Array) => {
    const { forward } = await (await import('../../../stages/waveforms/fourier.js')).fourierOf(size)
    const spectrum = forward(samples)
    return [1000, 2000, 4000].map(low => {
      let power = 0
      for (let bin = low; bin < 2 * low; bin++) power += spectrum[2 * bin]! ** 2 + spectrum[2 * bin + 1]! ** 2
      return power
    })
  }
  const white = new Float32Array(size)
  streamOf('white').fillNormal(white, 1)
  const [a, b, c] = await octaves(white)
  const [x, y, z] = await octaves(await pinkened(white))
  for (const ratio of [b! / a! / 2, c! / b! / 2, y! / x!, z! / y!]) t.true(Math.abs(ratio - 1) < 0.1, String(ratio))
})

test('excerpts get different noise at a ratio in the range, some of them none', async t => {
  for (const colour of ['white', 'pink']) {
    const ratios: number[] = []
    for (let i = 0; i < 60; i++) {
      const given = { from: sound, rng: draws(`clip ${i}`) }
      const mixed = (await runItem(addNoise, { snr: [0, 20], colour, share: 0.5 }, ports, given)) as Float32Array
      if (mixed !== sound) ratios.push(snrOf(mixed))
    }
    t.true(ratios.length > 15 && ratios.length < 45)
    t.true(Math.min(...ratios) > -0.01 && Math.max(...ratios) < 20.01)
  }
})

test('noise may be a piece of another recording', async t => {
  const samples = Float32Array.from({ length: 500 }, (_, i) => i + 1)
  const asked: string[] = []
  const noises: Bank<Pick<Recording, 'samples' | 'read'>> = {
    draw: async (_, { not }) => {
      asked.push(not)
      return [{ samples: 500, read: (start, count) => samples.slice(start, start + count) }]
    },
    drawn: async () => [],
    statistics: () => ({ mean: 0, deviation: 1 }),
  }
  const both = { ...ports, noises: { kind: 'recording', rate: 8000 } } as const
  const mixed = (await runItem(addNoise, { colour: 'recorded' }, both, { from: sound, noises })) as Float32Array
  const added = mixed.map((sample, i) => sample - sound[i]!)
  const slope = added[1]! - added[0]!
  t.true(added.every((value, i) => Math.abs(value - added[0]! - i * slope) < 1e-4 * Math.abs(added[199]!) + 1e-5))
  t.deepEqual(asked, ['clip'])
  t.throws(() => outOf(addNoise, { colour: 'recorded' }, ports), { instanceOf: ParameterProblem })
  t.throws(() => outOf(addNoise, {}, both), { instanceOf: ParameterProblem })
})
