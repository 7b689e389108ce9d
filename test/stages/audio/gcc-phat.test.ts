import { readFileSync } from 'node:fs'
import test from 'ava'
import gccPhat from '../../../stages/audio/gcc-phat.js'
import logMel from '../../../stages/audio/log-mel.js'
import { type CorrelationOptions, phaseCorrelation } from '../../../stages/audio/spectra/phase-correlation.js'
import { ParameterProblem } from '../../../stages/contract.js'
import { delayed } from '../../../stages/scenes/two-microphones.js'
import type { FeatureStream } from '../../../stages/values.js'
import { FLOAT32, near } from '../../engine/near.js'
import { draws, outOf, runItem } from '../views/support.js'
import { fixture, gathered, inBlocks } from './sounds.js'

interface Cases {
  settings: Pick<CorrelationOptions, 'rate' | 'fft' | 'window' | 'hop' | 'floor'>
  a: number[]
  b: number[]
  cases: (Pick<CorrelationOptions, 'low' | 'high' | 'lags' | 'longest'> & { expected: number[][] })[]
}
const { settings, cases, ...sounds } = JSON.parse(readFileSync(fixture('gcc-phat', 'cases.json'), 'utf8')) as Cases
const [a, b] = [sounds.a, sounds.b].map(sound => Float32Array.from(sound)) as [Float32Array, Float32Array]
const correlated = (options: CorrelationOptions, one = 700, other = 700) =>
  gathered(phaseCorrelation(inBlocks(a, one), inBlocks(b, other), options))

for (const { expected, ...given } of cases)
  test(`agrees with NumPy and librosa: ${given.lags} lags from ${given.low} Hz to ${given.high} Hz`, async t => {
    const found = await correlated({ ...settings, ...given })
    near(t, found, expected.flat(), 'correlation', { unit: FLOAT32, roundings: 1 })
  })

test('how either channel is cut into blocks changes nothing', async t => {
  const options = { ...settings, ...cases[1]! }
  const whole = await correlated(options)
  const cuts = [
    [100, 3000],
    [3301, 1],
    [257, 256],
  ] as const
  for (const [one, other] of cuts) t.deepEqual(await correlated(options, one, other), whole)
})

const wave = { kind: 'waveform', rate: 16000 } as const
const port = (count: number) => ({ from: { kind: 'channels', of: wave, count } }) as const
const waveOf = (samples: Float32Array) => ({ rate: 16000, blocks: () => inBlocks(samples, 1000) })
const noise = new Float32Array(4000)
draws('gcc-phat')('noise').fillNormal(noise, 0.1)

test('the largest is the lag by which the first channel is late, in every frame; a pair of each two channels', async t => {
  const from = [delayed(noise, 3), noise, delayed(noise, -5)].map(waveOf)
  const given = { lags: 33, spacing: (16 * 343) / 16000 } // whole lags from -16 to 16
  const streams = runItem(gccPhat, given, port(3), { from }) as FeatureStream[]
  t.is(streams.length, 3)
  for (const [at, late] of [3, 8, 5].entries()) {
    const lags = await gathered(streams[at]!.blocks())
    const frames = Array.from({ length: 26 }, (_, frame) => lags.slice(33 * frame, 33 * (frame + 1)))
    for (const frame of frames.slice(1, -1)) t.is(frame.indexOf(Math.max(...frame)) - 16, late)
  }
})

test('frames are those of log-mel, and there is one pair of two channels', async t => {
  const stream = runItem(gccPhat, {}, port(2), { from: [noise, noise].map(waveOf) }) as FeatureStream
  t.is((await gathered(stream.blocks())).length, 64 * (1 + Math.floor(noise.length / 160)))
  t.deepEqual(outOf(gccPhat, {}, port(2)), outOf(logMel, { bands: 64 }, { from: wave }))
  t.like(outOf(gccPhat, { lags: 32 }, port(4)), { kind: 'channels', count: 6, of: { bands: 32 } })
})

test('silence has no lag, and channels of unlike length are an error', async t => {
  const silent = runItem(gccPhat, {}, port(2), { from: [noise, new Float32Array(4000)].map(waveOf) }) as FeatureStream
  t.true((await gathered(silent.blocks())).every(value => value === 0))
  const from = [noise, noise.subarray(1)].map(waveOf)
  const unlike = runItem(gccPhat, {}, port(2), { from }) as FeatureStream
  await t.throwsAsync(gathered(unlike.blocks()), { instanceOf: RangeError, message: /4000 and 3999 samples/ })
})

test('what cannot be is refused at its parameter', t => {
  const refused = (given: object, count = 2) =>
    t.throws(() => outOf(gccPhat, given, port(count)), { instanceOf: ParameterProblem })
  t.is(refused({}, 1).parameter, 'from')
  t.is(refused({ spacing: 10 }).parameter, 'spacing')
  t.regex(refused({ spacing: 10 }).message, /466\.5 samples .* more than 59 ms/)
  t.is(refused({ high: '9 kHz' }).parameter, 'high')
})
