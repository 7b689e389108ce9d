import { join } from 'node:path'
import test from 'ava'
import { mirroredEnds } from '../../../stages/audio/signal/mirrored-ends.js'
import stage, { channelWaveforms, waveform } from '../../../stages/audio/waveform.js'
import { ParameterProblem } from '../../../stages/contract.js'
import type { Waveform } from '../../../stages/values.js'
import { fc, testProp } from '../../properties.js'
import { outOf, runItem } from '../views/support.js'
import { gathered, largestDifference, sine, temporaryFolder, writeWav } from './sounds.js'

const folder = temporaryFolder()
const wav = (name: string, samples: Float32Array, rate = 16000) => writeWav(join(folder, name), samples, { rate })
const plain = { rate: 16000, atLeast: 0, normalise: 'none' } as const

test('a short clip is repeated from its start, and cut at the length asked for', async t => {
  const sound = sine(440, 16000, 700)
  const got = await gathered(waveform({ path: wav('short.wav', sound) }, { ...plain, atLeast: 2000 }).blocks())
  t.deepEqual(
    got,
    Float32Array.from({ length: 2000 }, (_, i) => sound[i % 700]!),
  )
})

test('peak: no mean, and the largest magnitude is x / (x + 1e-4)', async t => {
  const sound = sine(440, 16000, 16000, 0.2).map(x => x + 0.3)
  const got = await gathered(waveform({ path: wav('offset.wav', sound) }, { ...plain, normalise: 'peak' }).blocks())
  t.true(Math.abs(got.reduce((sum, x) => sum + x, 0) / got.length) < 1e-6)
  const peak = got.reduce((most, x) => Math.max(most, Math.abs(x)), 0)
  t.true(Math.abs(peak - 0.2 / 0.2001) < 1e-5)
})

test("another file that the clip's row names is heard in its place; where it names none, its own", async t => {
  const [own, other] = [sine(440, 16000, 500), sine(700, 16000, 400)]
  const path = wav('own.wav', own)
  wav('other.wav', other)
  const heard = (labels: Record<string, string>) => {
    const from = { id: 'own', path, labels, start: 0.01, end: 0.02 }
    const parameters = { normalise: 'none', column: 'imitation' }
    return gathered((runItem(stage, parameters, {}, { from }) as Waveform).blocks())
  }
  t.deepEqual(await heard({ imitation: 'other.wav' }), other)
  t.is((await heard({})).length, 160)
})

test('one sample becomes silence of the length asked for', async t => {
  const path = wav('one.wav', Float32Array.of(0.5))
  const got = await gathered(waveform({ path }, { rate: 16000, atLeast: 16400, normalise: 'peak' }).blocks())
  t.deepEqual(got, new Float32Array(16400))
})

testProp(
  'mirrored ends are those of numpy (reflect), whatever the blocks',
  [fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }), fc.nat(12), fc.nat(12)],
  async (t, lengths, before, after) => {
    const total = lengths.reduce((sum, length) => sum + length, 0)
    const sound = Float32Array.from({ length: total }, (_, at) => at)
    async function* blocks() {
      let from = 0
      for (const length of lengths) {
        yield sound.slice(from, from + length)
        from += length
      }
    }
    const got = await gathered(mirroredEnds({ rate: 8000, blocks }, before, after).blocks())
    const period = Math.max(1, 2 * (total - 1))
    const place = (at: number) => (((at - before) % period) + period) % period
    t.deepEqual(
      [...got],
      Array.from({ length: before + total + after }, (_, at) => Math.min(place(at), period - place(at)) % total),
    )
  },
)

testProp(
  'repeating a whole number of times and levelling may change places',
  [fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 5 })],
  async (t, length, times) => {
    const sound = sine(700, 16000, length, 0.3).map(x => x + 0.1)
    const path = wav(`repeat-${length}-${times}.wav`, sound)
    const options = { ...plain, normalise: 'peak' } as const
    const once = await gathered(waveform({ path }, options).blocks())
    const got = await gathered(waveform({ path }, { ...options, atLeast: length * times }).blocks())
    t.true(
      largestDifference(
        got,
        Float32Array.from({ length: length * times }, (_, i) => once[i % length]!),
      ) < 1e-6,
    )
  },
  { numRuns: 20 },
)

test('a file above two minutes, decoded twice, is levelled as a short one', async t => {
  const sound = Float32Array.from(
    { length: 2000 * 130 },
    (_, i) => Math.sin(i / 7) * (i % 5000 === 0 ? 0.9 : 0.3) + 0.05,
  )
  const long = waveform({ path: wav('long.wav', sound, 2000) }, { rate: 2000, atLeast: 0, normalise: 'peak' })
  let blocks = 0
  for await (const _ of long.blocks()) blocks++
  t.true(blocks > 1)
  const got = await gathered(long.blocks())
  t.is(got.length, sound.length)
  const mean = sound.reduce((sum, x) => sum + x, 0) / sound.length
  const peak = sound.reduce((most, x) => Math.max(most, Math.abs(x - mean)), 0)
  t.true(
    largestDifference(
      got,
      sound.map(x => (x - mean) / (peak + 1e-4)),
    ) < 1e-5,
  )
})

test('a rate that no recorder has is refused, not a table of taps that fills the memory', async t => {
  const path = wav('odd-rate.wav', sine(440, 16000, 700), 999_983)
  const error = await t.throwsAsync(gathered(waveform({ path }, plain).blocks()))
  t.regex(error!.message, /a sample rate of 999983 Hz, which cannot be turned into 16000 Hz/)
})

test('waveform: the stage reads the recipe and says what leaves', t => {
  const given = stage.parameters.parse({ rate: '16 kHz', 'at-least': '1.025 s', normalise: 'peak' })
  t.deepEqual(given, { rate: 16000, 'at-least': 1.025, normalise: 'peak' })
  t.false(stage.parameters.safeParse({ rate: '16 s' }).success)
  type Item = Extract<typeof stage, { runsIn: 'item' }>
  t.deepEqual((stage as Item).out({ from: { kind: 'clip' } }, given), { kind: 'waveform', rate: 16000 })
})

test('channels apart: each is that channel of the file, and the peak rule is one for all', async t => {
  const [left, right] = [sine(440, 16000, 900, 0.4), sine(700, 16000, 900, 0.1).map(x => x + 0.02)]
  const both = Float32Array.from({ length: 1800 }, (_, i) => (i % 2 === 0 ? left : right)[i >> 1]!)
  const path = writeWav(join(folder, 'stereo.wav'), both, { channels: 2 })
  const read = (options: Parameters<typeof channelWaveforms>[2]) =>
    Promise.all(channelWaveforms({ path }, 2, options).map(channel => gathered(channel.blocks())))
  t.deepEqual(await read(plain), [left, right])
  const mean = both.reduce((sum, x) => sum + x, 0) / both.length
  const peak = both.reduce((most, x) => Math.max(most, Math.abs(x - mean)), 0)
  const levelled = await read({ ...plain, normalise: 'peak' })
  for (const [at, channel] of [left, right].entries())
    t.true(
      largestDifference(
        levelled[at]!,
        channel.map(x => (x - mean) / (peak + 1e-4)),
      ) < 1e-6,
    )
})

test('channels apart: the port, and a file that has fewer', async t => {
  const out = (given: object) => outOf(stage, given, { from: { kind: 'clip' } })
  t.deepEqual(out({ channels: 2 }), { kind: 'channels', of: { kind: 'waveform', rate: 16000 }, count: 2 })
  t.throws(() => out({ channel: 1, channels: 2 }), { instanceOf: ParameterProblem })
  const mono = channelWaveforms({ path: wav('mono.wav', sine(440, 16000, 100)) }, 2, plain)
  await t.throwsAsync(gathered(mono[1]!.blocks()), { code: 'no-such-channel' })
  const first = channelWaveforms({ path: wav('mono.wav', sine(440, 16000, 100)) }, 2, { ...plain, lacking: 'first' })
  t.deepEqual(await gathered(first[1]!.blocks()), sine(440, 16000, 100))
})
