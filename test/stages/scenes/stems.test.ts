import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { streamOf } from '../../../graphs/streams/draws.js'
import stemsStage, { readStems } from '../../../stages/scenes/stems.js'
import type { Clip, FeatureStream } from '../../../stages/values.js'
import { gathered, largestDifference, temporaryFolder, writeWav } from '../audio/sounds.js'
import { outOf, runItem } from '../views/support.js'

const RATE = 8000
const FOLDER = temporaryFolder()
const given = { channels: 4, rate: RATE, normalise: 'none' as const, column: 'stems' }

const noise = (name: string) => {
  const samples = new Float32Array(2000)
  streamOf(name).fillNormal(samples, 0.1)
  return samples
}
const [first, second] = [noise('first'), noise('second')]
const mixture = first.map((sample, i) => sample + second[i]!)

mkdirSync(join(FOLDER, '7'))
writeWav(join(FOLDER, '7', '1.wav'), first, { rate: RATE })
writeWav(join(FOLDER, '7', 'bed.wav'), second, { rate: RATE })
const clip: Clip = {
  id: '7.wav',
  path: writeWav(join(FOLDER, '7.wav'), mixture, { rate: RATE }),
  labels: { stems: '7/1.wav;;7/bed.wav' },
}

test('stems are read from the folder of the mixture; missing ones are silent', async t => {
  const stems = await readStems(clip, given)
  t.is(stems.length, 4)
  t.true(largestDifference(stems[0]!, first) < 1e-6)
  t.true(largestDifference(stems[2]!, second) < 1e-6)
  for (const silent of [stems[1]!, stems[3]!]) t.deepEqual(silent, new Float32Array(2000))
  t.is((await readStems(clip, { ...given, channels: 1 })).length, 1)
})

test('they are levelled as the mixture is: their sum is its waveform, but for its mean', async t => {
  const stems = await readStems(clip, { ...given, normalise: 'peak' })
  const mean = mixture.reduce((sum, sample) => sum + sample, 0) / mixture.length
  const peak = mixture.reduce((most, sample) => Math.max(most, Math.abs(sample - mean)), 0)
  t.true(
    largestDifference(
      stems[0]!,
      first.map(sample => sample / (peak + 1e-4)),
    ) < 1e-5,
  )
})

test('a stretch of a mixture has the same stretch of its stems', async t => {
  const [stem] = await readStems({ ...clip, start: 0.05, end: 0.15 }, given)
  t.true(largestDifference(stem!, first.slice(400, 1200)) < 1e-6)
  t.is(stem!.length, 800)
})

test('a clip without stems says where they come from', async t => {
  const error = await t.throwsAsync(readStems({ ...clip, labels: {} }, given))
  t.regex(error!.message, /7\.wav has no value in the column 'stems'/)
})

test('the stage gives a recording a channel', async t => {
  t.deepEqual(outOf(stemsStage, { channels: 3, rate: RATE }, { from: { kind: 'clip' } }), {
    kind: 'channels',
    of: { kind: 'recording', rate: RATE },
    count: 3,
  })
  const streams = (await runItem(stemsStage, given, { from: { kind: 'clip' } }, { from: clip })) as FeatureStream[]
  t.deepEqual(
    streams.map(({ bands }) => bands),
    [1, 1, 1, 1],
  )
  t.true(largestDifference(await gathered(streams[0]!.blocks()), first) < 1e-6)
})

test('the rest of the mixture leaks into a stem so far below; 0 dB is the mixture, and what is silent stays so', async t => {
  const [quiet] = await readStems(clip, { ...given, leak: 20 })
  t.true(
    largestDifference(
      quiet!,
      first.map((sample, i) => sample + 0.1 * second[i]!),
    ) < 1e-6,
  )
  const [whole, silent] = await readStems(clip, { ...given, leak: 0 })
  t.true(largestDifference(whole!, mixture) < 1e-6)
  t.deepEqual(silent, new Float32Array(2000))
})

test('the mixture as loud as each of its stems: what a view gains by its level alone', async t => {
  const [one, silent, bed] = await readStems(clip, { ...given, leak: 0, loudness: 'stem' })
  const energy = (samples: Float32Array) => samples.reduce((sum, sample) => sum + sample ** 2, 0)
  for (const [made, stem] of [
    [one!, first],
    [bed!, second],
  ] as const) {
    const factor = Math.sqrt(energy(stem) / energy(mixture))
    t.true(
      largestDifference(
        made,
        mixture.map(sample => factor * sample),
      ) < 1e-6,
    )
    t.not(factor, 1)
  }
  t.deepEqual(silent, new Float32Array(2000))
})

test('stems that end before the mixture are as long as it, also the first', async t => {
  writeWav(join(FOLDER, '7', 'short.wav'), first.subarray(0, 500), { rate: RATE })
  const stems = await readStems({ ...clip, labels: { stems: '7/short.wav;7/bed.wav' } }, given)
  t.deepEqual(
    stems.map(({ length }) => length),
    [2000, 2000, 2000, 2000],
  )
  t.true(largestDifference(stems[1]!, second) < 1e-6)
})
