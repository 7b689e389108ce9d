import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { readClips } from '../../../../data/manifests.js'
import { Problem, Problems } from '../../../../data/problem.js'
import { streamOf } from '../../../../graphs/streams/draws.js'
import { integerWav, quantised } from '../../../../pipelines/drawing/wav-file.js'
import { makeScenes } from '../../../../pipelines/separation/scenes/make-scenes.js'
import type { SceneNote } from '../../../../pipelines/separation/scenes/write-scene.js'
import { activeLevel } from '../../../../stages/scenes/active-level.js'
import { earshot, scratchFolder } from '../../../earshot.js'

const RATE = 8000
const FOLDER = scratchFolder('scenes')
const CONFIG = join(FOLDER, 'scenes.yaml')

/** 24 decaying noises of three kits and two instruments, 6 ambiences, a silent file and one that is no sound. */
function makeSounds(): void {
  mkdirSync(join(FOLDER, 'sounds'))
  const write = (name: string, seconds: number, decay: number) => {
    const samples = new Float32Array(seconds * RATE)
    streamOf(name).fillNormal(samples, 0.2)
    writeFileSync(
      join(FOLDER, 'sounds', name),
      integerWav(quantised(samples.map((sample, i) => sample * Math.exp((-decay * i) / RATE))), RATE),
    )
  }
  const rows = ['file\tlabel\tkit']
  for (let i = 0; i < 24; i++) {
    write(`${i}.wav`, 0.2 + 0.05 * i, 6)
    rows.push(`sounds/${i}.wav\t${i % 2 ? 'kick' : 'ride'}\tkit ${i % 3}`)
  }
  write('short.wav', 0.02, 0)
  writeFileSync(join(FOLDER, 'sounds', 'silent.wav'), integerWav(new Int16Array(RATE), RATE))
  writeFileSync(join(FOLDER, 'sounds', 'text.wav'), 'no sound')
  for (const name of ['short', 'silent', 'text']) rows.push(`sounds/${name}.wav\tkick\tkit 0`)
  writeFileSync(join(FOLDER, 'events.tsv'), `${rows.join('\n')}\n`)
  for (let i = 0; i < 6; i++) write(`bed ${i}.wav`, 0.5 + 0.5 * i, 0)
  writeFileSync(join(FOLDER, 'beds.csv'), `file\n${[0, 1, 2, 3, 4, 5].map(i => `sounds/bed ${i}.wav`).join('\n')}\n`)
}

function writeConfig(file: string, events = ''): string {
  writeFileSync(
    file,
    `count: 30
length: 1.5 s
rate: 8000
held-out: 0.2
labels: [label]
events: { set: events.tsv, number: [2, 3], length: [50 ms, 1 s], levels: 4${events} }
beds: { set: beds.csv, below: [15, 25] }
`,
  )
  return file
}

test.before(() => {
  makeSounds()
  writeConfig(CONFIG)
})

const make = (name: string, more: object = {}) =>
  makeScenes({ config: CONFIG, output: join(FOLDER, name), seed: 0, ...more })

/** Samples of a written file, read without our reader: 44 bytes of header, 16-bit integers. */
function samplesOf(file: string): Int16Array {
  const bytes = readFileSync(file)
  return new Int16Array(bytes.buffer.slice(bytes.byteOffset + 44, bytes.byteOffset + bytes.length))
}
const notesOf = (name: string) =>
  readFileSync(join(FOLDER, name, 'scenes.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as SceneNote)

/** Every file below a folder with its content. */
function contents(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
  return Object.fromEntries(
    files
      .map(({ parentPath, name }) => join(parentPath, name))
      .map(file => [file.slice(folder.length), readFileSync(file, 'base64')] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}

test('levels, overlaps and sums of the written files are what was asked for', async t => {
  const { made, missing, skipped } = await make('levels')
  t.deepEqual([made, missing], [30, 0])
  t.deepEqual([...skipped.keys()], [join(FOLDER, 'sounds', 'text.wav')])
  for (const { file, events, bed, seconds } of notesOf('levels')) {
    const read = (name: string) => samplesOf(join(FOLDER, 'levels', name))
    const mixture = read(file)
    t.is(mixture.length, 1.5 * RATE)
    t.is(seconds, 1.5)
    const stems = [...events, bed!].map(({ stem }) => read(stem))
    t.true(mixture.every((sample, i) => sample === stems.reduce((sum, stem) => sum + stem[i]!, 0)))
    const floats = stems.map(stem => Float32Array.from(stem, sample => sample / 32768))
    const bedLevel = activeLevel(floats.at(-1)!, RATE)
    t.true(Math.abs(bedLevel - bed!.level) < 0.1)
    const levels = events.map(({ onset, offset, level, snr }, i) => {
      const measured = activeLevel(floats[i]!.slice(Math.round(onset * RATE), Math.round(offset * RATE)), RATE)
      t.true(Math.abs(measured - level) < 0.1)
      t.true(Math.abs(measured - bedLevel - snr!) < 0.1)
      return measured
    })
    t.true(Math.max(...levels) - Math.min(...levels) < 4.1)
    const below = levels.reduce((sum, level) => sum + level, 0) / levels.length - bedLevel
    t.true(below > 14.9 && below < 25.1)
    const [a, b] = events as [SceneNote['events'][0], SceneNote['events'][0]]
    const shared = Math.min(a.offset, b.offset) - Math.max(a.onset, b.onset)
    t.true(shared >= 0.5 * Math.min(a.offset - a.onset, b.offset - b.onset) - 1e-5)
  }
})

test('two microphones: stems of two channels, each event louder and earlier on its side, as its table says', async t => {
  const config = writeConfig(join(FOLDER, 'two.yaml'), ', within: kit')
  writeFileSync(config, `${readFileSync(config, 'utf8')}microphones: { directions: [-90, 90], difference: 12 }\n`)
  await make('two', { config, count: 12 })
  const sectors = new Set<string>()
  for (const { file, events, bed, seconds } of notesOf('two')) {
    const read = (name: string) => samplesOf(join(FOLDER, 'two', name))
    t.is(readFileSync(join(FOLDER, 'two', file)).readUInt16LE(22), 2)
    t.deepEqual([read(file).length, seconds], [2 * 1.5 * RATE, 1.5])
    const stems = [...events, bed!].map(({ stem }) => read(stem))
    t.true(read(file).every((sample, i) => sample === stems.reduce((sum, stem) => sum + stem[i]!, 0)))
    for (const [i, { direction, sector }] of events.entries()) {
      const [left, right] = [0, 1].map(channel => Float32Array.from(stems[i]!.filter((_, at) => at % 2 === channel)))
      const difference = activeLevel(right!, RATE) - activeLevel(left!, RATE)
      t.true(Math.abs(difference - 12 * Math.sin((direction! * Math.PI) / 180)) < 0.5)
      t.is(sector, direction! < -30 ? 'left' : direction! < 30 ? 'middle' : 'right')
      sectors.add(sector!)
    }
  }
  t.is(sectors.size, 3)
  const { clips, columns } = await readClips(join(FOLDER, 'two', 'manifest.tsv'))
  t.deepEqual(columns.slice(-3), ['kit', 'direction', 'sector'])
  t.is(clips[0]!.labels.direction!.split(';').length, Number(clips[0]!.labels.events))
  const [head, first] = readFileSync(join(FOLDER, 'two', 'events.tsv'), 'utf8').split('\n')
  t.is(head, 'filename\tonset\toffset\tevent_label\tdirection')
  t.is(first!.split('\t')[4], clips[0]!.labels.direction!.split(';')[0])
})

test('the manifest is a data set like any other', async t => {
  await make('manifest')
  const { clips, columns } = await readClips(join(FOLDER, 'manifest', 'manifest.tsv'))
  t.deepEqual(columns, ['stems', 'events', 'seconds', 'split', 'label'])
  t.is(clips.length, 30)
  for (const { path, labels } of clips) {
    t.true(existsSync(path))
    const stems = labels.stems!.split(';')
    t.is(stems.length, 4) // three places for events, the bed last
    t.is(stems.filter(stem => stem !== '').length, Number(labels.events) + 1)
    t.regex(stems[3]!, /bed\.wav$/)
    t.regex(labels.label!, /^(kick|ride|kick;ride)$/)
  }
  const events = readFileSync(join(FOLDER, 'manifest', 'events.tsv'), 'utf8')
    .trim()
    .split('\n')
  t.is(events[0], 'filename\tonset\toffset\tevent_label')
  t.is(
    events.length - 1,
    notesOf('manifest').reduce((sum, { events }) => sum + events.length, 0),
  )
})

test('clips of the held-out scenes are in no other scene', async t => {
  await make('splits')
  const clips = { train: new Set<string>(), 'held-out': new Set<string>() }
  for (const { split, events, bed } of notesOf('splits'))
    for (const { clip } of [...events, bed!]) clips[split as 'train'].add(clip)
  t.true(clips['held-out'].size > 2)
  t.true([...clips['held-out']].every(clip => !clips.train.has(clip)))
  const ids = async (split: string) =>
    (await readClips(join(FOLDER, 'splits', `${split}.yaml`))).clips.map(({ id }) => id)
  const held = notesOf('splits').filter(({ split }) => split === 'held-out')
  t.deepEqual(
    await ids('held-out'),
    held.map(({ file }) => file),
  )
  t.is((await ids('train')).length, 30 - held.length)
})

test('every clip comes first before any comes first again', async t => {
  await make('turns')
  const firsts = notesOf('turns').map(({ events }) => events[0]!.clip)
  const usable = firsts.slice(0, 27) // three of the 27 clips cannot be used: others stand in
  t.true(new Set(usable).size >= 24)
  for (const name of ['short', 'silent', 'text']) t.false(firsts.includes(`sounds/${name}.wav`))
})

test('events of a scene share a kit and differ in label, if asked to', async t => {
  const config = writeConfig(join(FOLDER, 'kits.yaml'), ', within: kit, together: { column: label, share: 0 }')
  await make('kits', { config })
  for (const { events } of notesOf('kits')) {
    t.is(new Set(events.map(({ labels }) => labels.kit)).size, 1)
    for (const { labels } of events.slice(1)) t.not(labels.label, events[0]!.labels.label)
  }
  const { columns } = await readClips(join(FOLDER, 'kits', 'manifest.tsv'))
  t.deepEqual(columns.slice(-2), ['label', 'kit'])
  const held = notesOf('kits').filter(({ split }) => split === 'held-out')
  t.is(new Set(held.map(({ events }) => events[0]!.labels.kit)).size, 1) // a whole kit is held out
})

test('the same seed gives the same bytes, also in pieces and after a stop; another seed gives others', async t => {
  await make('whole')
  const whole = contents(join(FOLDER, 'whole'))
  const stop = new AbortController()
  stop.abort()
  t.is((await make('pieces', { signal: stop.signal })).missing, 30)
  t.is((await make('pieces', { shard: { number: 2, of: 2 } })).missing, 15)
  t.false(existsSync(join(FOLDER, 'pieces', 'manifest.tsv')))
  rmSync(join(FOLDER, 'pieces', '000003', 'scene.json')) // as if killed before the scene was done
  t.deepEqual(await make('pieces').then(({ made, missing }) => [made, missing]), [16, 0])
  t.deepEqual(contents(join(FOLDER, 'pieces')), whole)
  await make('other', { seed: 1 })
  t.not(contents(join(FOLDER, 'other'))['/000000.wav'], whole['/000000.wav'])
})

test('more scenes may follow; other settings may not', async t => {
  await make('more', { count: 5 })
  const { made } = await make('more', { count: 7 })
  t.is(made, 2)
  const error = await t.throwsAsync(make('more', { seed: 1 }), { instanceOf: Problem })
  t.is((error as Problem).code, 'other-scenes')
})

test('configs are refused in words, all mistakes at once', async t => {
  const config = join(FOLDER, 'bad.yaml')
  const problemsOf = async (text: string) => {
    writeFileSync(config, text)
    const error = await t.throwsAsync(make('bad', { config }))
    return error instanceof Problems ? error.problems : [error as Problem]
  }
  const [first, second] = await problemsOf('length: 1 s\nevents: { set: events.tsv, length: [1 s, 4 s], overlap: 2 }')
  t.is(first!.code, 'bad-scenes')
  t.is(first!.place!.line, 2)
  t.regex(`${first!.message} ${second?.message}`, /overlap/)
  const taken = await problemsOf(
    `labels: [kit, stems, direction]
microphones: { sectors: [a, "b;c", a] }
held-out: 0.5
events: { set: events.tsv, within: split }`,
  )
  t.deepEqual(
    taken.map(({ message, place }) => [place!.line, message]),
    [
      [2, "microphones.sectors.1: ';' stands between the sectors of a scene"],
      [2, 'microphones.sectors: each has a name of its own'],
      [1, "labels.1: manifest.tsv has a column 'stems' of its own"],
      [1, "labels.2: manifest.tsv has a column 'direction' of its own"],
      [4, "events.within: manifest.tsv has a column 'split' of its own"],
    ],
  )
  const [longer] = await problemsOf('length: 1 s\nevents: { set: events.tsv, length: [1 s, 4 s] }')
  t.regex(longer!.message, /longer than the scene/)
  const [column] = await problemsOf('events: { set: events.tsv, within: kits }')
  t.deepEqual([column!.code, column!.hint?.includes('label, kit')], ['missing-column', true])
  const [none] = await problemsOf('length: 9 s\nevents: { set: events.tsv, length: [5 s, 6 s] }')
  t.is(none!.code, 'no-scene')
  t.is(((await t.throwsAsync(make('bad', { config: 'none.yaml' }))) as Problem).code, 'no-config')
})

test('the verb writes scenes, says what to do next, and what an option should have been', async t => {
  const output = join(FOLDER, 'verb')
  const { code, out } = await earshot(['scenes', CONFIG, '-o', output, '--count', '3'])
  t.is(code, 0)
  t.regex(out, /3 scenes of 1\.5 s, 3 of them new\.[\s\S]*Next:/)
  const half = await earshot(['scenes', CONFIG, '-o', join(FOLDER, 'half'), '--count', '4', '--shard', '1/2'])
  t.regex(half.out, /2 scenes made, 2 of 4 missing/)
  const bad = await earshot(['scenes', CONFIG, '-o', output, '--shard', '3/2'])
  t.is(bad.code, 1)
  t.regex(bad.error, /expected k\/n/)
})
