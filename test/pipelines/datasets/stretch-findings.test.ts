/** What is wrong with stretches of recordings, beside their sound. */
import { join } from 'node:path'
import test from 'ava'
import { stretchFindings } from '../../../pipelines/datasets/stretch-findings.js'
import { scratchFolder } from '../../earshot.js'
import { writeWav } from '../../stages/audio/sounds.js'

const folder = scratchFolder('stretches')
const path = writeWav(join(folder, 'a.wav'), new Float32Array(10_000), { rate: 1000 })
const stretch = (start: number, end: number, label = 'wren') => ({
  ...{ id: `a.wav#${start}-${end}`, path, start, end, set: 't.csv', reference: false },
  labels: { label, Confidence: String(end / 100) },
})
const kinds = async (...stretches: ReturnType<typeof stretch>[]) =>
  (await stretchFindings(stretches)).map(({ kind, clip }) => [kind, clip])

test('a stretch beyond the end is named, with the length of its recording', async t => {
  const [found, ...others] = await stretchFindings([stretch(8, 12), stretch(0, 10.05, 'robin'), stretch(20, 30)])
  t.is(found!.kind, 'beyond-end')
  t.regex(found!.detail, /8-12 s of a recording of 10 s/)
  t.deepEqual(
    others.map(({ clip }) => clip),
    ['a.wav#20-30'],
  )
})

test('times that would fit as milliseconds are told once', async t => {
  const [found, ...others] = await stretchFindings([stretch(500, 1500), stretch(2000, 3000), stretch(8000, 9900)])
  t.is(found!.kind, 'milliseconds')
  t.regex(found!.detail, /3 of 3 .* start_ms/)
  t.deepEqual(others, [])
})

test('stretches that overlap and say the same are a warning; other sounds at the same time are none', async t => {
  t.deepEqual(await kinds(stretch(0, 3), stretch(2, 5), stretch(5, 6), stretch(1, 4, 'robin')), [
    ['overlap', 'a.wav#2-5'],
  ])
})
