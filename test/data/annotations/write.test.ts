/** Annotations written for other tools: what crowsetta and opensoundscape read in them, and what Earshot reads again. */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import test from 'ava'
import type { Annotation } from '../../../data/annotations/annotation.js'
import { audacityLabels } from '../../../data/annotations/audacity.js'
import { ravenTable } from '../../../data/annotations/raven.js'
import {
  writeAnnotationTable,
  writeAudacityLabels,
  writeRavenTables,
} from '../../../data/annotations/write-annotations.js'
import { readClips } from '../../../data/manifests.js'
import { scratchFolder } from '../../earshot.js'
import { fixture, writeWav } from '../../stages/audio/sounds.js'

const SAID: Annotation[] = [
  { path: '/sounds/été 1.wav', start: 0.25, end: 1.5, label: 'wren', low: 1500.5, high: 8000, more: { score: 0.91 } },
  { path: '/sounds/été 1.wav', start: 61.000021, end: 62, label: 'robin, "loud"', more: { score: 0.5 } },
]

interface Theirs {
  raven: { start: number; end: number; low: number; high: number; label: string }[]
  opensoundscape: { start: number; end: number; low: number; high: number; label: string }[]
  audacity: { start: number; end: number; label: string }[]
}

test('crowsetta and opensoundscape read what is written', t => {
  const { raven, opensoundscape, audacity } = JSON.parse(
    readFileSync(fixture('annotations', 'read.json'), 'utf8'),
  ) as Theirs
  t.is(ravenTable(SAID, 24000), readFileSync(fixture('annotations', 'written.Table.1.selections.txt'), 'utf8'))
  t.is(audacityLabels(SAID), readFileSync(fixture('annotations', 'written.txt'), 'utf8'))
  const expected = [
    { start: 0.25, end: 1.5, low: 1500.5, high: 8000, label: 'wren' },
    { start: 61.000021, end: 62, low: 0, high: 24000, label: 'robin, loud' },
  ]
  t.deepEqual(raven, expected)
  t.deepEqual(opensoundscape, expected)
  t.deepEqual(audacity, [
    { start: 0.25, end: 1.5, label: 'wren' },
    { start: 61, end: 62, label: 'robin, "loud"' }, // it rounds to milliseconds
  ])
})

test('what is written is read again', async t => {
  const folder = scratchFolder('written')
  const paths = ['été 1.wav', 'b.wav'].map(name => writeWav(join(folder, name), new Float32Array(3000), { rate: 1000 }))
  const said = paths.flatMap((path, at) => [
    { path, start: 1, end: 2.5, label: `call ${at}; loud`, low: 100, high: 400, more: { rank: at + 1 } },
    { path, start: 0.125, end: 0.5, label: 'short', more: { rank: 7 } },
  ])
  writeAnnotationTable(join(folder, 'all.csv'), said)
  const raven = await writeRavenTables(join(folder, 'raven'), said)
  const audacity = writeAudacityLabels(join(folder, 'audacity'), said)
  t.deepEqual(readdirSync(join(folder, 'audacity')).sort(), ['b.txt', 'été 1.txt'])
  const stretches = async (set: string, annotations?: string) =>
    (await readClips(set, { annotations })).clips
      .map(({ path, start, end, labels: { label, low_hz, high_hz } }) => [
        ...[basename(path), start, end, label, Number(low_hz ?? 0), high_hz === undefined ? 500 : Number(high_hz)],
      ])
      .sort()
  const expected = said
    .map(({ path, start, end, label, low = 0, high = 500 }) => [basename(path), start, end, label, low, high])
    .sort()
  t.deepEqual(await stretches(join(folder, 'all.csv')), expected)
  t.deepEqual(await stretches(folder, join(folder, 'raven')), expected)
  t.deepEqual(await stretches(folder, join(folder, 'audacity')), expected)
  t.deepEqual(
    await stretches(raven[0]!),
    expected.filter(([name]) => name === 'été 1.wav'),
  )
  t.is(audacity.length, 2)
})
