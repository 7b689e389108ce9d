import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import logMel from '../../../stages/audio/log-mel.js'
import { mirrored } from '../../../stages/audio/spectra/centred-frames.js'
import { type LogMelOptions, logMelSpectrogram } from '../../../stages/audio/spectra/log-mel-spectrogram.js'
import { melFilterBank } from '../../../stages/audio/spectra/mel-filter-bank.js'
import { waveform } from '../../../stages/audio/waveform.js'
import { ParameterProblem } from '../../../stages/contract.js'
import type { FeatureStream } from '../../../stages/values.js'
import { fc, testProp } from '../../properties.js'
import { fixture, floats, gathered, inBlocks, largestDifference, sine, temporaryFolder, writeWav } from './sounds.js'

const RECIPE: LogMelOptions = {
  rate: 16000,
  bands: 64,
  window: 400,
  hop: 160,
  fft: 512,
  low: 60,
  high: 7800,
  scale: 'htk',
  norm: 'none',
  floor: 1e-6,
}
const spectrogram = (sound: Float32Array, options: LogMelOptions, block = sound.length) =>
  gathered(logMelSpectrogram(inBlocks(sound, block), options))

interface LibrosaCase {
  n_fft: number
  win_length: number
  hop_length: number
  n_mels: number
  fmin: number
  fmax: number
  htk: boolean
  norm: 'slaney' | null
}
const { rate, floor, cases } = JSON.parse(readFileSync(fixture('log-mel', 'cases.json'), 'utf8')) as {
  rate: number
  floor: number
  cases: Record<string, LibrosaCase>
}

for (const [name, given] of Object.entries(cases)) {
  test(`agrees with librosa: ${name}`, async t => {
    const expected = floats(fixture('log-mel', `${name}.f32`))
    const got = await spectrogram(floats(fixture('log-mel', 'sound.f32')), {
      rate,
      floor,
      bands: given.n_mels,
      window: given.win_length,
      hop: given.hop_length,
      fft: given.n_fft,
      low: given.fmin,
      high: given.fmax,
      scale: given.htk ? 'htk' : 'slaney',
      norm: given.norm ?? 'none',
    })
    t.is(got.length, expected.length)
    t.true(largestDifference(got, expected) < 1e-4, String(largestDifference(got, expected)))
  })
}

test('agrees with a plain discrete Fourier transform', async t => {
  const sound = floats(fixture('log-mel', 'sound.f32')).subarray(0, 1600)
  const got = await spectrogram(sound, RECIPE)
  const { first, weights } = melFilterBank(RECIPE)
  for (const frame of [0, 3, 10]) {
    const framed = Array.from({ length: 512 }, (_, i) => {
      const hann = i < 56 || i >= 456 ? 0 : 0.5 - 0.5 * Math.cos((2 * Math.PI * (i - 56)) / 400)
      return hann * sound[mirrored(frame * 160 - 256 + i, sound.length)]!
    })
    const power = Array.from({ length: 257 }, (_, bin) => {
      let [re, im] = [0, 0]
      for (const [i, x] of framed.entries()) {
        re += x * Math.cos((2 * Math.PI * bin * i) / 512)
        im -= x * Math.sin((2 * Math.PI * bin * i) / 512)
      }
      return re * re + im * im
    })
    for (let band = 0; band < 64; band++) {
      const mel = weights[band]!.reduce((sum, weight, k) => sum + weight * power[first[band]! + k]!, 0)
      t.true(Math.abs(got[frame * 64 + band]! - Math.log10(mel + 1e-6)) < 1e-6)
    }
  }
})

testProp(
  'however the sound is cut: 1 + floor(n / hop) frames, the same bits',
  [
    fc.oneof(fc.integer({ min: 1, max: 3000 }), fc.constantFrom(512, 1000, 1024, 1536)),
    fc.integer({ min: 1, max: 700 }),
    fc.constantFrom(100, 160, 500, 512),
  ],
  async (t, count, block, hop) => {
    const sound = sine(440, 16000, count)
    const options = { ...RECIPE, hop, window: 512 }
    const whole = await spectrogram(sound, options)
    t.is(whole.length, 64 * (1 + Math.floor(count / hop)))
    t.true(whole.every(Number.isFinite))
    t.deepEqual(await spectrogram(sound, options, block), whole)
  },
)

const port = { kind: 'waveform', rate: 16000 } as const
type Stage = Extract<typeof logMel, { runsIn: 'item' }>
const parse = (given: object) => logMel.parameters.parse(given)
const out = (given: object) => (logMel as Stage).out({ from: port }, parse(given))

test('log-mel: the stage reads the recipe and says what leaves', async t => {
  const given = {
    bands: 64,
    window: '25 ms',
    hop: '10 ms',
    fft: 512,
    low: '60 Hz',
    high: '7.8 kHz',
    scale: 'htk',
    floor: 1e-6,
  }
  t.deepEqual(out(given), { kind: 'logmel', rate: 16000, hop: 160, bands: 64 })
  const sound = floats(fixture('log-mel', 'sound.f32'))
  const work = (logMel as Stage).work(parse(given), { from: port, out: out(given) })
  const from = { rate: 16000, blocks: () => inBlocks(sound, 1000) }
  const stream = work({ from } as unknown as Parameters<typeof work>[0]) as FeatureStream
  t.deepEqual(await gathered(stream.blocks()), await spectrogram(sound, RECIPE))
})

for (const [parameter, given] of Object.entries({
  high: { high: '9 kHz' },
  low: { low: '5 kHz', high: '4 kHz' },
  fft: { fft: 256 },
  hop: { hop: '40 ms' },
})) {
  test(`a parameter that does not fit the sound is named: ${parameter}`, t => {
    const error = t.throws(() => out(given), { instanceOf: ParameterProblem })
    t.is((error as ParameterProblem).parameter, parameter)
  })
}

test('an FFT length that is no power of two is refused', t => {
  t.false(logMel.parameters.safeParse({ fft: 500 }).success)
})

test('the front end of uclser20: levelled, repeated to 1 s, Hamming window, 96 Slaney bands', async t => {
  const sound = floats(fixture('uclser20-front-end', 'sound.f32'))
  const path = writeWav(join(temporaryFolder(), 'sound.wav'), sound, { rate: 22050 })
  const wave = { rate: 22050, atLeast: 22050, normalise: 'peak', headRoom: 0.005 } as const
  const got = await gathered(
    logMelSpectrogram(waveform({ path }, wave).blocks(), {
      ...{ rate: 22050, bands: 96, window: 660, shape: 'hamming', hop: 220, fft: 2048 },
      ...{ low: 50, high: 10_500, scale: 'slaney', norm: 'none', floor: 1.1e-8 },
    }),
  )
  const expected = floats(fixture('uclser20-front-end', 'log-mel.f32'))
  t.is(got.length, 101 * 96)
  t.true(largestDifference(got, expected) < 1e-4, String(largestDifference(got, expected)))
})
