import test from 'ava'
import sharp from 'sharp'
import { Mixer } from '../../../../data/decoding/mono.js'
import { monoSamples } from '../../../../data/decoding/wav.js'
import { wavHeader } from '../../../../data/decoding/wav-header.js'
import { magma } from '../../../../pipelines/drawing/colours.js'
import { png } from '../../../../pipelines/drawing/figure.js'
import { lettered } from '../../../../pipelines/drawing/lettering.js'
import { pooled } from '../../../../pipelines/drawing/sound-picture.js'
import { commonScale, drawSpectrogram, SIZE, UNITS } from '../../../../pipelines/drawing/spectrogram.js'
import { bandOf, hertzTicks, ticks } from '../../../../pipelines/drawing/ticks.js'
import { floatWav } from '../../../../pipelines/drawing/wav-file.js'
import { maskOnPatch } from '../../../../pipelines/reports/tap/mask-on-patch.js'
import { melCorners } from '../../../../stages/audio/spectra/mel-filter-bank.js'
import { fc, testProp } from '../../../properties.js'

testProp(
  'a WAV file holds the samples bit for bit',
  [fc.float32Array({ noNaN: true }), fc.integer({ min: 1, max: 192000 })],
  (t, samples, rate) => {
    const file = floatWav(samples, rate)
    const header = wavHeader(file)!
    t.like(header, { encoding: 3, channels: 1, rate, bits: 32, frame: 4 })
    t.is(file.readUInt32LE(4), file.length - 8)
    t.deepEqual(monoSamples(file.subarray(header.data.start), header, new Mixer('')), samples)
  },
)

test('magma grows lighter all the way, from black to light yellow', t => {
  const lightness = Array.from({ length: 101 }, (_, at) => magma(at / 100)).map(
    ([r, g, b]) => 0.2126 * r + 0.7152 * g + 0.0722 * b,
  )
  t.true(lightness.every((value, at) => at === 0 || value > lightness[at - 1]!))
  t.deepEqual(magma(-1), [0, 0, 4])
  t.deepEqual(magma(2), [252, 253, 191])
})

testProp(
  'ticks are inside, evenly spaced, and as many as asked for at most',
  [
    fc.double({ min: -1e4, max: 1e4, noNaN: true }),
    fc.double({ min: 1e-3, max: 1e4, noNaN: true }),
    fc.integer({ min: 2, max: 9 }),
  ],
  (t, low, span, most) => {
    const { values, decimals } = ticks(low, low + span, most)
    t.true(values.length <= most + 1)
    t.true(values.every(value => value >= low - 1e-6 * span && value <= low + span + 1e-6 * span))
    t.is(new Set(values.map(value => value.toFixed(decimals))).size, values.length)
  },
)

test('hertz stand at the bands that hold them', t => {
  const centres = melCorners({ bands: 64, low: 60, high: 7800, scale: 'htk' }).slice(1, -1)
  t.is(centres.length, 64)
  for (const [band, hertz] of centres.entries()) t.true(Math.abs(bandOf(hertz, centres) - band) < 1e-9)
  t.deepEqual(hertzTicks(80, 7000), [100, 200, 500, 1000, 2000, 5000])
})

test('a loud band in the last frames is light at the right place, and low bands are at the bottom', async t => {
  const [frames, bands] = [40, 10]
  const values = new Float32Array(frames * bands).fill(-6)
  for (let frame = 30; frame < frames; frame++) values[frame * bands] = 0
  const scale = commonScale([values], 'dB')
  t.deepEqual(scale, { unit: 'dB', low: -60, high: 0 })
  const drawing = await drawSpectrogram({ values, frames, bands, hop: 0.01 }, scale, [
    { name: 'a', start: 0.1, end: 0.2 },
  ])
  const { data, info } = await sharp(await png([drawing]))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  t.is(info.width, 2 * SIZE.width)
  const colourAt = (x: number, y: number) => [...data.subarray(3 * (2 * y * info.width + 2 * x)).subarray(0, 3)]
  t.deepEqual(colourAt(46 + 300, 30 + 195), magma(1), 'last frames, lowest band')
  t.deepEqual(colourAt(46 + 100, 30 + 195), magma(0), 'before')
  t.deepEqual(colourAt(46 + 300, 30 + 10), magma(0), 'above')
  t.deepEqual(colourAt(2, 100), [255, 255, 255], 'the ground is white')
})

test('values that are not finite do not spoil the scale, and stand out', async t => {
  const values = Float32Array.of(Number.NaN, 1, 2, Number.POSITIVE_INFINITY)
  const scale = commonScale([values], 'sd')
  t.deepEqual(scale, { unit: 'sd', low: 1, high: 2 })
  for (const unit of UNITS)
    await t.notThrowsAsync(drawSpectrogram({ values, frames: 2, bands: 2, hop: 0.01 }, { ...scale, unit }))
  t.deepEqual(commonScale([Float32Array.of(3, 3)], 'sd'), { unit: 'sd', low: 2.5, high: 3.5 })
})

test('axes need no font: letters are strokes, and an unknown one is an error', t => {
  t.false(lettered('-12.5 kHz min dB sd band', { x: 0, y: 0 }).includes('<text'))
  t.throws(() => lettered('µ', { x: 0, y: 0 }), { instanceOf: RangeError })
})

test('a long clip is averaged, a few frames at a time, and keeps its length', t => {
  const [frames, bands] = [60_000, 3]
  const read = (start: number, count: number) => {
    t.true(count <= 60)
    return Float32Array.from(
      { length: count * bands },
      (_, at) => (at % bands) + Math.floor((start + at / bands) / 30_000),
    )
  }
  const { values, frames: columns, hop } = pooled({ frames, bands, read }, 0.01)
  t.true(columns <= 1200)
  t.true(Math.abs(columns * hop - 600) < 1e-9)
  t.deepEqual([...values.slice(0, 3)].map(Math.round), [0, 1, 2])
  t.deepEqual([...values.slice(-3)].map(Math.round), [1, 2, 3])
})

test('of a patch the hidden pieces have its lowest number', t => {
  const patch = { kind: 'patch', rate: 16000, hop: 160, frames: 4, bands: 4 } as const
  const mask = { kind: 'indices', kept: 3, times: 2, bins: 2 } as const
  const values = Float32Array.from({ length: 16 }, (_, at) => at + 1)
  const seen = maskOnPatch(values, patch, Float32Array.of(0, 1, 3, 2), mask)
  t.deepEqual([...seen], [1, 2, 3, 4, 5, 6, 7, 8, 1, 1, 11, 12, 1, 1, 15, 16])
})
