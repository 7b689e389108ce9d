/** Sets of recordings whose difference is known: none, another recorder, 8 kHz, a quieter one, one strange clip. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ffmpeg from '@ffmpeg-installer/ffmpeg'
import test from 'ava'
import { streamOf } from '../../../graphs/streams/draws.js'
import { compareSets } from '../../../pipelines/datasets/alike/compare-sets.js'
import { comparisonText } from '../../../pipelines/datasets/alike/text.js'
import { integerWav, quantised } from '../../../pipelines/drawing/wav-file.js'
import { energyDistance, meanDifferences } from '../../../pipelines/statistics/two-samples.js'
import { earshot, scratchFolder } from '../../earshot.js'
import { near } from '../../engine/near.js'

const folder = scratchFolder('alike')
test.after.always(() => rmSync(folder, { recursive: true }))

const CLIPS = 14

interface Recorder {
  rate?: number
  gain?: number
  /** Each sample less so much of the one before: treble. */
  treble?: number
}

/** Second-long clips of pink-like noise bursts, each of its own level, as a recorder makes them. */
function recorded(name: string, { rate = 32_000, gain = 0.1, treble = 0 }: Recorder = {}): string {
  const set = join(folder, name)
  mkdirSync(set)
  for (let clip = 0; clip < CLIPS; clip++) {
    const rng = streamOf(`${name} ${clip}`)
    const loud = gain * rng.uniform(0.6, 1.4)
    let [slow, before] = [0, 0]
    const samples = Float32Array.from({ length: rate / 2 }, () => {
      slow = 0.5 * slow + rng.normal()
      const value = slow - treble * before
      before = slow
      return loud * 0.3 * value
    })
    writeFileSync(join(set, `${clip}.wav`), integerWav(quantised(samples), rate))
  }
  return set
}

const usual = recorded('usual')
const compare = (other: string) => compareSets({ sets: [usual, other], most: 300 })

test('two sets of one recorder do not differ', async t => {
  const found = await compare(recorded('again'))
  t.true(found.distance.p > 0.05, String(found.distance.p))
  t.regex(comparisonText(found), /chance alone explains it/)
})

test('8 kHz in place of 32: nothing above 4 kHz', async t => {
  const found = await compare(recorded('telephone', { rate: 8000 }))
  t.true(found.distance.p <= 0.002)
  const [, edge] = /telephone holds next to nothing above (\d\.\d) kHz/.exec(comparisonText(found)) ?? []
  t.true(Math.abs(Number(edge) - 4) < 0.5, edge)
})

test('a codec at a low rate: what it leaves out', async t => {
  const [plain, packed] = [recorded('plain'), join(folder, 'packed')]
  mkdirSync(packed)
  for (let clip = 0; clip < CLIPS; clip++)
    execFileSync(ffmpeg.path, [
      '-v',
      'error',
      '-i',
      join(plain, `${clip}.wav`),
      '-b:a',
      '32k',
      join(packed, `${clip}.mp3`),
    ])
  const found = await compare(packed)
  t.true(found.distance.p <= 0.01)
  const [, edge] = /packed holds next to nothing above (\d+\.\d) kHz/.exec(comparisonText(found)) ?? []
  t.true(Number(edge) > 4 && Number(edge) < 14, edge)
})

test('another recorder: the treble is told, low bands are not', async t => {
  const found = await compare(recorded('bright', { treble: 0.4 }))
  t.true(found.distance.p <= 0.01)
  const [low, high] = [found.bands[5]!, found.bands.at(-5)!]
  t.true(high.p <= 0.01 && high.value > 0, `${high.value} ${high.p}`)
  t.true(low.value < 0)
})

test('a quieter set is as much quieter', async t => {
  const { level } = await compare(recorded('quiet', { gain: 0.01 }))
  t.true(level.p <= 0.002)
  t.true(Math.abs(level.value + 20) < 2, String(level.value))
})

test('the strangest clip stands first', async t => {
  const set = recorded('one strange')
  const tone = Float32Array.from({ length: 16_000 }, (_, at) => 0.2 * Math.sin(at / 3))
  writeFileSync(join(set, 'strange.wav'), integerWav(quantised(tone), 32_000))
  const { strangest } = await compare(set)
  t.deepEqual(strangest[0], { clip: 'strange.wav', share: 1 })
})

test('energy distance and the differences of means, by hand', t => {
  const points = { rows: 4, columns: 1, values: Float64Array.of(0, 1, 10, 12) }
  const groups = { second: [false, false, true, true], units: ['a', 'b', 'c', 'd'], draws: 199 }
  // 2 (10 + 12 + 9 + 11) / 4 - 2 * 1 / 4 - 2 * 2 / 4
  near(t, [energyDistance(points, groups).value], [21 - 0.5 - 1])
  near(t, [meanDifferences(points, groups)[0]!.value], [10.5])
  const p = energyDistance(points, groups).p
  t.true(p > 0.2 && p < 0.5, 'of six ways to part four, two are as far apart')
  const together = energyDistance(points, { ...groups, units: ['a', 'a', 'b', 'b'] })
  t.is(together.p, 1, 'two recordings can be parted in one way alone')
})

test('what cannot be compared says so', async t => {
  const few = join(folder, 'few')
  mkdirSync(few)
  writeFileSync(join(few, 'a.wav'), integerWav(new Int16Array(16_000), 16_000))
  writeFileSync(join(few, 'b.wav'), 'no sound')
  await t.throwsAsync(compare(few), { message: /1 of 2 clips can be read, too few to compare/ })
  t.regex((await earshot(['compare-sets', usual, 'x.arrow'])).error, /One set is of embeddings, the other of sounds/)
})
