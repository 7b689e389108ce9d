import test from 'ava'
import { Resampler } from '../../../../stages/audio/signal/resampler.js'
import { fc, testProp } from '../../../properties.js'
import { gathered, inBlocks, sine } from '../sounds.js'

async function resampled(
  samples: Float32Array,
  from: number,
  to: number,
  block = samples.length,
): Promise<Float32Array> {
  const resampler = new Resampler(from, to)
  return gathered(
    (async function* () {
      for await (const piece of inBlocks(samples, Math.max(1, block))) yield resampler.push(piece)
      yield resampler.finish()
    })(),
  )
}

/** Power in the middle, away from the ends' transients, in dB. */
function level(samples: Float32Array): number {
  const middle = samples.subarray(2000, samples.length - 2000)
  return 10 * Math.log10(middle.reduce((sum, x) => sum + x * x, 0) / middle.length)
}

for (const from of [44100, 48000]) {
  for (const hertz of [1000, 5000, 7000]) {
    test(`${hertz} Hz passes from ${from} to 16000 Hz unchanged, without delay`, async t => {
      const out = await resampled(sine(hertz, from, from), from, 16000)
      const wanted = sine(hertz, 16000, out.length)
      const error = out.map((x, i) => x - wanted[i]!)
      t.true(level(error) < level(wanted) - 110, `error ${level(error) - level(wanted)} dB`)
    })
  }
  for (const hertz of [9000, 12300, 17000]) {
    test(`${hertz} Hz from ${from} to 16000 Hz leaves nothing above -100 dB`, async t => {
      const sound = sine(hertz, from, from)
      const left = level(await resampled(sound, from, 16000)) - level(sound)
      t.true(left < -100, `${left} dB`)
    })
  }
}

test('upwards: 8000 to 16000 Hz keeps a tone and adds no image', async t => {
  const out = await resampled(sine(3000, 8000, 16000), 8000, 16000)
  const wanted = sine(3000, 16000, out.length)
  t.true(level(out.map((x, i) => x - wanted[i]!)) < level(wanted) - 110)
})

test('from the highest rate to the lowest: 192000 to 1000 Hz', async t => {
  const out = await resampled(sine(200, 192000, 960000), 192000, 1000)
  const wanted = sine(200, 1000, out.length)
  t.true(level(out.map((x, i) => x - wanted[i]!)) < level(wanted) - 110)
  const alias = level(await resampled(sine(700, 192000, 960000), 192000, 1000))
  t.true(alias < level(wanted) - 100, `${alias} dB`)
})

const rates = fc.constantFrom(8000, 11025, 16000, 22050, 32000, 44100, 48000, 96000)
testProp(
  'gives ceil(n x to / from) samples, however the sound is cut, the same bits',
  [rates, rates, fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: 997 })],
  async (t, from, to, count, block) => {
    const sound = sine(440, from, count)
    const whole = await resampled(sound, from, to)
    t.is(whole.length, Math.ceil((count * to) / from))
    t.deepEqual(await resampled(sound, from, to, block), whole)
  },
  { numRuns: 40 },
)
