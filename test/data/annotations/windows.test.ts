/** Recordings as windows, and what annotations say of them. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test from 'ava'
import { readClips } from '../../../data/manifests.js'
import type { Problem } from '../../../data/problem.js'
import { scratchFolder } from '../../earshot.js'
import { writeWav } from '../../stages/audio/sounds.js'

/** Recordings by their length in seconds, and texts. */
function folderOf(files: Record<string, string | number | Buffer>): string {
  const folder = scratchFolder('windows')
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    if (typeof content !== 'number') writeFileSync(join(folder, name), content)
    else writeWav(join(folder, name), new Float32Array(1000 * content), { rate: 1000 })
  }
  return folder
}

test('windows follow each other, and the last one ends with the recording; short ones stay whole', async t => {
  const folder = folderOf({ 'a.wav': 12, 'b.wav': 4, 'c.wav': 10 })
  const { clips } = await readClips(folder, { segment: 5 })
  t.deepEqual(
    clips.map(({ id }) => id),
    ['a.wav#0-5', 'a.wav#5-10', 'a.wav#7-12', 'b.wav', 'c.wav#0-5', 'c.wav#5-10'],
  )
  t.deepEqual([clips[2]!.start, clips[2]!.end, clips[3]!.start], [7, 12, undefined])
  const half = await readClips(folder, { segment: 5, hop: 2.5 })
  t.deepEqual(
    half.clips.slice(0, 4).map(({ start }) => start),
    [0, 2.5, 5, 7],
  )
})

test('annotations of the card are those of its copy; another recording of that name keeps its own', async t => {
  const card = folderOf({ 'site/a.wav': 5, 'b.wav': 7 })
  const set = folderOf({ 'site/a.wav': 5, 'b.wav': 5 })
  const rows = ['site/a.wav', 'b.wav'].map(name => `${join(card, name)},1,2,wren\n`)
  writeFileSync(join(set, 'marks.csv'), `file,start,end,label\n${rows.join('')}`)
  const { clips, notes } = await readClips(set, { annotations: join(set, 'marks.csv') })
  t.deepEqual(
    clips.map(({ id, path }) => [id, path]),
    [['site/a.wav#1-2', join(set, 'site/a.wav')]],
  )
  t.regex(notes!.join(), /1 annotations are of recordings that are not in the set/)
})

test('stretches of a table are cut as well, with their labels', async t => {
  const folder = folderOf({ 'a.wav': 12, 't.csv': 'file,start,end,kind\na.wav,1,9,song\n' })
  const { clips } = await readClips(join(folder, 't.csv'), { segment: 5 })
  t.deepEqual(
    clips.map(({ id, labels }) => [id, labels.kind]),
    [
      ['a.wav#1-6', 'song'],
      ['a.wav#4-9', 'song'],
    ],
  )
})

const SIDE_BY_SIDE = {
  'site/a.wav': 15,
  'site/b.wav': 5,
  'c.wav': 10,
  'labels/a.txt': '1\t2\twren\n1.5\t2.5\trobin\n4.8\t6\twren\n8\t13\train\n',
  'labels/b.txt': '0.5\t0.5\tclick\n',
  'labels/read me.txt': 'who did what\n',
  'labels/windows.csv': Buffer.from('file,start,end,label\nc.wav,1,2,m\xe9sange\n', 'latin1'),
}

test('a window has the labels of the annotations that share enough with it, together', async t => {
  const folder = folderOf(SIDE_BY_SIDE)
  const annotations = join(folder, 'labels')
  const { clips, columns, notes } = await readClips(folder, { segment: 5, annotations })
  t.deepEqual(columns, ['label'])
  t.deepEqual(
    clips.map(({ id, labels }) => [id, labels.label]),
    [
      ['c.wav#0-5', undefined],
      ['c.wav#5-10', undefined],
      ['site/a.wav#0-5', 'wren;robin'],
      ['site/a.wav#5-10', 'wren'], // 2 of 5 seconds of rain are too few
      ['site/a.wav#10-15', 'rain'],
      ['site/b.wav', undefined],
    ],
  )
  t.regex(
    notes!.join(),
    /3 of 6 windows hold annotations; 1 .* hold none .*; 2 are of recordings that nobody annotated/,
  )
  t.regex(notes!.join(), /Left out, .*read me\.txt.*windows\.csv:2: the text is not UTF-8/)
})

test('the share is a setting, and `none` names windows of annotated recordings without any', async t => {
  const folder = folderOf({ ...SIDE_BY_SIDE, 'labels/a.txt': '6\t11\train\n' })
  const annotations = join(folder, 'labels', 'a.txt')
  const labels = async (overlap: number) =>
    (await readClips(join(folder, 'site'), { segment: 5, annotations, overlap, none: 'nothing' })).clips.map(
      ({ labels }) => labels.label,
    )
  t.deepEqual(await labels(0.5), ['nothing', 'rain', 'nothing', undefined])
  t.deepEqual(await labels(0.2), ['nothing', 'rain', 'rain', undefined])
})

test('a table without rows says that nothing was found', async t => {
  const folder = folderOf({
    'a.wav': 5,
    'b.wav': 5,
    'l/a.csv': 'start,end,kind\n',
    'l/b.csv': 'start,end,kind\n1,2,x\n',
  })
  const { clips } = await readClips(folder, { segment: 5, annotations: join(folder, 'l'), none: 'nothing' })
  t.deepEqual(
    clips.map(({ labels }) => labels.kind),
    ['nothing', 'x'],
  )
})

test('annotations without windows are the clips, with what is known of their recordings', async t => {
  const folder = folderOf({
    'north/a.wav': 5,
    'south/b.wav': 5,
    'l/a.txt': '1\t2\tx\n',
    'l/b.csv': 'start,end,label,score\n3,4,y,0.5\n',
  })
  const set = join(folder, 'set.yaml')
  writeFileSync(set, 'folder: .\nannotations: l\nexcept: { class: south }')
  t.deepEqual(
    (await readClips(set)).clips.map(({ id, labels }) => [id, labels]),
    [['north/a.wav#1-2', { class: 'north', label: 'x' }]],
  )
})

test('a data set file cuts and carries as a config does', async t => {
  const folder = folderOf(SIDE_BY_SIDE)
  writeFileSync(
    join(folder, 'set.yaml'),
    'folder: .\nannotations: [labels]\nsegment: 5 s\nnone: nothing\nwhere: { label: nothing }',
  )
  const { clips } = await readClips(join(folder, 'set.yaml'))
  t.deepEqual(
    clips.map(({ id }) => id),
    ['site/b.wav'],
  )
})

test('annotations of other recordings alone are refused', async t => {
  const folder = folderOf({ 'a.wav': 5, 't.csv': 'file,start,end\nb.wav,1,2\n' })
  const error = await t.throwsAsync(readClips(folder, { annotations: join(folder, 't.csv') }))
  t.is((error as Problem).code, 'no-annotations')
  t.regex((error as Problem).hint ?? '', /b\.wav/)
})

test('a window brings what was annotated in it, wholly or in part; recordings that nobody annotated bring nothing', async t => {
  const folder = folderOf(SIDE_BY_SIDE)
  const { clips } = await readClips(folder, { segment: 5, annotations: join(folder, 'labels') })
  const events = Object.fromEntries(clips.map(({ id, events }) => [id, events?.map(({ start, end }) => [start, end])]))
  t.deepEqual(events['site/a.wav#0-5'], [
    [1, 2],
    [1.5, 2.5],
    [4.8, 6],
  ])
  t.deepEqual(events['site/a.wav#5-10'], [
    [4.8, 6],
    [8, 13],
  ])
  t.deepEqual(events['site/b.wav'], [])
  t.is(events['c.wav#0-5'], undefined)
})
