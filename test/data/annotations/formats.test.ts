/** Annotations as tools write them, read as stretches of recordings. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test from 'ava'
import { readClips } from '../../../data/manifests.js'
import type { Problem, Problems } from '../../../data/problem.js'
import { scratchFolder } from '../../earshot.js'
import { writeWav } from '../../stages/audio/sounds.js'

/** A folder with files; recordings (of 2 seconds at 1 kHz) where a text is undefined. */
function folderOf(files: Record<string, string | Buffer | undefined>): string {
  const folder = scratchFolder('annotations')
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    if (text === undefined) writeWav(join(folder, name), new Float32Array(2000), { rate: 1000 })
    else writeFileSync(join(folder, name), text)
  }
  return folder
}

/** What the clips of a table in a folder with `night.wav` are. */
async function read(name: string, text: string, more: Record<string, undefined> = {}) {
  const folder = folderOf({ 'night.wav': undefined, ...more, [name]: text })
  const { clips, columns, notes = [] } = await readClips(join(folder, name))
  return { clips: clips.map(({ id, labels }) => [id, labels] as const), columns, notes }
}

test('selections of Raven: begin, end and band of the file that a row names', async t => {
  const sounds = Array.from({ length: 4 }, (_, at) => `sounds/tone/tone0${at}.wav`)
  const text = readFileSync('test/fixtures/tables/raven.selections.txt', 'utf8').split('\n').slice(0, 5).join('\n')
  const { clips, columns } = await read(
    'x.selections.txt',
    text,
    Object.fromEntries(sounds.map(one => [one, undefined])),
  )
  t.deepEqual(columns, ['Channel', 'low_hz', 'high_hz', 'Species'])
  t.deepEqual(
    clips,
    sounds.map(id => [`${id}#0.25-0.9`, { Channel: '1', low_hz: '150.0', high_hz: '8000.0', Species: 'tone' }]),
  )
})

const RAVEN = 'Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)'

test('a table of one recording is called after it; a selection stands there once, whatever the views', async t => {
  const text = `${RAVEN}\tSpecies\n1\tWaveform 1\t1\t0.1\t0.5\t0\t500\twren\n1\tSpectrogram 1\t1\t0.1\t0.5\t20\t40\twren\n`
  for (const name of ['night.Table.1.selections.txt', 'night.selections.txt', 'night.txt', 'night.wav.csv']) {
    const { clips } = await read(name, text)
    t.deepEqual(clips, [['night.wav#0.1-0.5', { Channel: '1', low_hz: '20', high_hz: '40', Species: 'wren' }]], name)
  }
})

test('times that Raven counts over several files begin anew in each', async t => {
  const text = `${RAVEN}\tBegin File\tFile Offset (s)\tKind\n1\tSpectrogram 1\t1\t902.25\t902.75\t1\t2\tnight.wav\t0.25\ta\n`
  t.deepEqual((await read('all.txt', text)).clips, [
    ['night.wav#0.25-0.75', { Channel: '1', low_hz: '1', high_hz: '2', Kind: 'a' }],
  ])
})

test('labels of Audacity: bands on lines of their own, points left out, commas and quotes as they are', async t => {
  const text = [
    '0.100000\t0.500000\ta "loud", clear call',
    '\\\t1484.669312\t2969.338523',
    '0.750000\t0.750000\tonly a point',
    '1.000000\t1.500000\t',
    '\\\t-1.000000\t6334.588867',
  ].join('\r\n')
  const { clips, columns, notes } = await read('night.txt', text)
  t.deepEqual(columns, ['start', 'end', 'label', 'low_hz', 'high_hz'].slice(2))
  t.deepEqual(clips, [
    ['night.wav#0.1-0.5', { label: 'a "loud", clear call', low_hz: '1484.669312', high_hz: '2969.338523' }],
    ['night.wav#1-1.5', { high_hz: '6334.588867' }],
  ])
  t.regex(notes.join(), /1 row marks a point in time/)
})

test('results of BirdNET in each of its formats', async t => {
  const confidence = { label: 'Turdus merula, Blackbird', confidence: '0.9' }
  const named = { 'Scientific name': 'Turdus merula', 'Common name': 'Blackbird', Confidence: '0.9' }
  const cases: [string, string, Record<string, string>][] = [
    [
      'night.BirdNET.results.csv',
      'Start (s),End (s),Scientific name,Common name,Confidence,File\n0.0,1.5,Turdus merula,Blackbird,0.9,/data/x/night.wav\n',
      named,
    ],
    [
      'night.BirdNET.results.csv',
      'Start (s),End (s),Scientific name,Common name,Confidence\n0.0,1.5,Turdus merula,Blackbird,0.9\n',
      named,
    ],
    [
      'night.BirdNET.selection.table.txt',
      `${RAVEN}\tCommon Name\tSpecies Code\tConfidence\tBegin Path\tFile Offset (s)\n1\tSpectrogram 1\t1\t0.0\t1.5\t150\t12000\tBlackbird\teurbla\t0.9\tD:\\x\\night.wav\t0.0\n`,
      {
        Channel: '1',
        low_hz: '150',
        high_hz: '12000',
        'Common Name': 'Blackbird',
        'Species Code': 'eurbla',
        Confidence: '0.9',
      },
    ],
    ['night.BirdNET.results.txt', '0.0\t1.5\tTurdus merula, Blackbird\t0.9\n', confidence],
    [
      'r.csv',
      'filepath,start,end,scientific_name,common_name,confidence\n/data/night.wav,0.0,1.5,Turdus merula,Blackbird,0.9\n',
      { scientific_name: 'Turdus merula', common_name: 'Blackbird', confidence: '0.9' },
    ],
    [
      'kaleidoscope.csv',
      'INDIR,FOLDER,IN FILE,OFFSET,DURATION,common_name\n/data,x,night.wav,0.0,1.5,Blackbird\n',
      { INDIR: '/data', common_name: 'Blackbird' },
    ],
  ]
  for (const [name, text, labels] of cases)
    t.deepEqual((await read(name, text)).clips, [['night.wav#0-1.5', labels]], name)
})

test('start and end under the names that people give them, in seconds, milliseconds, samples or as a clock', async t => {
  const cases = [
    ['onset,offset', '0.5,1.25'],
    ['begin,end', '0.5,1.25'],
    ['start_time,end_time', '0.5,1.25'],
    ['Begin Time (s),End Time (s)', '0.5,1.25'],
    ['startTime,endTime', '0.5,1.25'],
    ['onset_s,offset_s', '0.5,1.25'],
    ['min_t,max_t', '0.5,1.25'],
    ['start,duration', '0.5,0.75'],
    ['onset_ms,offset_ms', '500,1250'],
    ['start (samples),end (samples)', '500,1250'],
    ['start_sample,end_sample', '500,1250'],
    ['start,end', '0:00:00.5,00:01.25'],
  ]
  for (const [header, row] of cases)
    t.deepEqual(
      (await read('t.csv', `file,${header},kind\nnight.wav,${row},a\n`)).clips,
      [['night.wav#0.5-1.25', { kind: 'a' }]],
      header,
    )
})

test('rows of recordings that are not there are left out and counted; only if none is there, it is refused', async t => {
  const rows = ['gone.wav,0,1,a', 'gone.wav,1,2,b', 'lost.wav,0,1,a']
  const { clips, notes } = await read('t.csv', ['file,start,end,kind', 'night.wav,0,1,a', ...rows, ''].join('\n'))
  t.is(clips.length, 1)
  t.regex(notes.join(), /recordings that are not there are left out: gone\.wav \(2\), lost\.wav \(1\)/)
  const error = await t.throwsAsync(read('t.csv', ['file,start,end,kind', ...rows, ''].join('\n')))
  t.is((error as Problem).code, 'no-audio')
})

test('a recording is found where its path ends alike; two that might be meant are refused', async t => {
  const text = 'file,start,end\nC:\\cards\\site B\\01.WAV,0,1\n'
  t.is(
    (await read('t.csv', text, { 'site A/01.wav': undefined, 'site B/01.wav': undefined })).clips[0]![0],
    'site B/01.wav#0-1',
  )
  const error = await t.throwsAsync(
    read('t.csv', 'file,start,end\n01.flac,0,1\n', { 'a/01.wav': undefined, 'b/01.wav': undefined }),
  )
  t.is((error as Problem).code, 'ambiguous-clip')
})

test('a table that names no recording, and is called after none, is refused', async t => {
  const error = await t.throwsAsync(read('labels.txt', '0.1\t0.2\tx\n'))
  t.is((error as Problem).code, 'no-recording')
})

test('rows that name a stretch again are one clip: the same said twice once, others together', async t => {
  const text = 'file,start,end,kind,low_f\nnight.wav,0,1,a,5\nnight.wav,0,1,b,3\nnight.wav,1,2,c,1\nnight.wav,1,2,c,1\n'
  const { clips, notes } = await read('t.csv', text)
  t.deepEqual(clips, [
    ['night.wav#0-1', { kind: 'a;b', low_hz: '3' }],
    ['night.wav#1-2', { kind: 'c', low_hz: '1' }],
  ])
  t.is(notes.length, 2)
})

test('stretches that end before they begin, and lines that are no labels, are refused with their lines', async t => {
  const error = await t.throwsAsync(read('t.csv', 'file,onset,offset\nnight.wav,1,0.5\nnight.wav,0,x\n'))
  t.deepEqual(
    (error as Problems).problems.map(({ code, place }) => [code, place?.line]),
    [
      ['bad-row', 2],
      ['bad-row', 3],
    ],
  )
  const labels = await t.throwsAsync(read('night.txt', '0.1\t0.2\tx\nnotes\n'))
  t.is((labels as Problems).problems[0]!.place?.line, 2)
})

test('labels in another encoding are refused with what to do, and read where it is named', async t => {
  const text = Buffer.from('0.1\t0.2\tGrasm\xfccke\n', 'latin1')
  const folder = folderOf({
    'night.wav': undefined,
    'night.txt': text,
    'set.yaml': 'table: night.txt\nencoding: windows-1252',
  })
  const error = await t.throwsAsync(readClips(join(folder, 'night.txt')))
  t.regex((error as Problem).hint ?? '', /windows-1252/)
  t.is((await readClips(join(folder, 'set.yaml'))).clips[0]!.labels.label, 'Grasmücke')
})
