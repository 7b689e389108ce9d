/** Shards as data sets. test/fixtures/shards: written and read by WebDataset itself (make.py). */

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test from 'ava'
import { contentHash } from '../../../data/content-hash.js'
import { decode } from '../../../data/decoding/decode.js'
import { expandBraces } from '../../../data/manifests/braces.js'
import { readClips } from '../../../data/manifests.js'
import { Problem, Problems } from '../../../data/problem.js'
import { scratchFolder } from '../../earshot.js'

const MADE = 'test/fixtures/shards'

/** Files by name, packed in that order. */
function pack(tar: string, files: Record<string, string | Buffer>): string {
  const folder = scratchFolder('packed')
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  mkdirSync(dirname(tar), { recursive: true })
  const { status, stderr } = spawnSync('tar', ['-C', folder, '-c', '-f', tar, ...Object.keys(files)])
  if (status !== 0) throw new Error(`${stderr}`)
  return tar
}

async function refused(input: string): Promise<readonly Problem[]> {
  try {
    await readClips(input)
  } catch (error) {
    if (error instanceof Problems) return error.problems
    if (error instanceof Problem) return [error]
    throw error
  }
  throw new Error('nothing was refused')
}

test('shards written by WebDataset: the samples that it reads, in its order, with their sounds', async t => {
  const expected: { key: string; sha256: string; cls: string; json: { kit: string } }[] = JSON.parse(
    readFileSync(join(MADE, 'expected.json'), 'utf8'),
  )
  const { clips, columns } = await readClips(`${MADE}/made-{000..001}.tar`)
  t.deepEqual(columns, ['cls', 'kit', 'tags', 'about.seconds'])
  t.deepEqual(
    clips.map(({ id, labels }) => [id, labels]),
    expected.map(({ key, cls, json }, i) => [
      `made-00${Math.floor(i / 3)}.tar/${key}.wav`,
      { cls, kit: json.kit, tags: 'dry;loud', 'about.seconds': '0.05' },
    ]),
  )
  for (const [i, { path }] of clips.entries()) {
    t.is(await contentHash(path), expected[i]!.sha256)
    let samples = 0
    for await (const block of decode(path)) samples += block.samples.length
    t.is(samples, 400)
  }
})

test('a folder of shards, one shard, and a data set file with shards give the same clips', async t => {
  const folder = scratchFolder('shards')
  for (const name of ['made-000.tar', 'made-001.tar']) copyFileSync(join(MADE, name), join(folder, name))
  const whole = await readClips(folder)
  t.is(whole.clips.length, 5)
  t.deepEqual((await readClips(join(folder, 'made-001.tar'))).clips, whole.clips.slice(3))
  const set = join(folder, 'set.yaml')
  writeFileSync(set, 'shards: made-{000..001}.tar\nwhere: { kit: k1 }\n')
  t.deepEqual((await readClips(set)).clips, whole.clips.slice(2, 4))
  process.env.EARSHOT_TEST_SHARDS = folder
  // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how data set files write it
  writeFileSync(set, "shards: ['${env:EARSHOT_TEST_SHARDS}/made-001.tar', '${env:EARSHOT_TEST_SHARDS}/made-000.tar']\n")
  const turned = (await readClips(set)).clips.map(({ id }) => id)
  t.deepEqual(
    turned,
    [...whole.clips.slice(3), ...whole.clips.slice(0, 3)].map(({ id }) => id),
  )
  writeFileSync(set, 'shards: a.tar\ntable: b.tsv\n')
  t.is((await refused(set))[0]!.code, 'bad-data-set')
})

test('a table may name files in tars', async t => {
  const folder = scratchFolder('shards-table')
  copyFileSync(join(MADE, 'made-001.tar'), join(folder, 'made-001.tar'))
  const { clips } = await readClips(join(folder, 'made-001.tar'))
  writeFileSync(join(folder, 'list.tsv'), `file\tlabel\n${clips[1]!.id}\tsnare\n`)
  const [clip] = (await readClips(join(folder, 'list.tsv'))).clips
  t.deepEqual(clip, { ...clips[1]!, labels: { label: 'snare' } })
  writeFileSync(join(folder, 'list.tsv'), 'file\nmade-001.tar/none.wav\n')
  t.is((await refused(join(folder, 'list.tsv')))[0]!.code, 'no-audio')
})

test('without texts, folders in the shard are classes', async t => {
  const tar = pack(join(scratchFolder('plain'), 'a.tar'), { 'dog/1.wav': 'x', 'cat/2.wav': 'y', 'cat/.3.wav': 'z' })
  const { clips, columns } = await readClips(tar)
  t.deepEqual(columns, ['class'])
  t.deepEqual(
    clips.map(({ id, labels }) => [id, labels.class]),
    [
      ['a.tar/dog/1.wav', 'dog'],
      ['a.tar/cat/2.wav', 'cat'],
    ],
  )
})

test("a sample without a sound is that clip's own problem; none with one is refused", async t => {
  const tar = pack(join(scratchFolder('soundless'), 'a.tar'), { 'a.json': '{"x": 1}', 'b.flac': 'y', 'b.json': '{}' })
  const { clips } = await readClips(tar)
  t.deepEqual(
    clips.map(({ id }) => id),
    ['a.tar/a.wav', 'a.tar/b.flac'],
  )
  for (const path of clips.slice(0, 1).map(({ path }) => path)) {
    await t.throwsAsync(contentHash(path), { message: /a\.tar\/a\.wav: there is no such file/ })
    await t.throwsAsync(decode(path).next(), { message: /a\.tar\/a\.wav: there is no such file/ })
  }
  const none = pack(join(scratchFolder('silent'), 'a.tar'), { 'a.json': '{}', 'a.jpg': '' })
  t.regex((await refused(none))[0]!.message, /no sounds in 1 samples/)
})

test('every fault of every shard is told at once', async t => {
  const folder = scratchFolder('faults')
  pack(join(folder, '0.tar'), { 'a.wav': '1', 'a.json': '{', 'b.wav': '2', 'b.flac': '3', 'k.wav': '', 'x/k.wav': '' })
  pack(join(folder, '1.tar'), { 'a.wav': '1', 'c.wav': '1', 'c.json': '{"cls": "two"}', 'c.cls': 'one' })
  const twice = pack(join(folder, '2.tar'), { 'd.wav': '1', 'd.WAV': '2' })
  writeFileSync(join(folder, '3.tar.gz'), spawnSync('gzip', ['-c', twice]).stdout)
  writeFileSync(join(folder, '4.tar'), readFileSync(twice).subarray(0, 700))
  const problems = await refused(folder)
  t.deepEqual(
    problems.map(({ code, message }) => [code, message.match(/\d\.tar/)![0]]),
    [
      ['bad-sample', '0.tar'],
      ['two-sounds', '0.tar'],
      ['duplicate-clip', '0.tar'],
      ['bad-sample', '1.tar'],
      ['duplicate-clip', '2.tar'],
      ['tar-compressed', '3.tar'],
      ['tar-truncated', '4.tar'],
    ],
  )
  t.regex(problems[1]!.message, /'b' holds two sounds: b\.wav and b\.flac/)
  t.regex(problems[2]!.message, /'a' stands in two shards, .*0\.tar and .*1\.tar/)
  t.is((await refused(join(folder, '{7..8}.tar'))).length, 2)
})

test('keys may be counted shard by shard, and the sound chosen by its ending, where a data set file says so', async t => {
  const folder = scratchFolder('keys')
  for (const shard of ['0.tar', '1.tar'])
    pack(join(folder, shard), { '000.left.wav': '1', '000.right.wav': '2', '000.json': '{"path": "p", "cls": [1, 2]}' })
  const set = join(folder, 'set.yaml')
  writeFileSync(set, 'shards: "{0,1}.tar"\nkeys: per-shard\nextensions: [right.wav]\n')
  const { clips, columns } = await readClips(set)
  t.deepEqual(columns, ['json.path', 'cls'])
  t.deepEqual(
    clips.map(({ id, labels }) => [id, labels.cls]),
    [
      ['0.tar/000.right.wav', '1;2'],
      ['1.tar/000.right.wav', '1;2'],
    ],
  )
})

test('a sound in a tar and the same sound by itself have one content', async t => {
  const folder = scratchFolder('content')
  writeFileSync(join(folder, 'a.wav'), Buffer.alloc(100_000, 7))
  const tar = pack(join(folder, 'a.tar'), {
    'first.wav': 'x',
    'a.wav': readFileSync(join(folder, 'a.wav')),
    'e.wav': '',
  })
  t.is(await contentHash(`${tar}/a.wav`), await contentHash(join(folder, 'a.wav')))
  t.is(await contentHash(`${tar}/e.wav`), createHash('sha256').digest('hex'))
  await t.throwsAsync(decode(`${tar}/e.wav`).next(), { message: /the file is empty/ })
})

test('braces: counted with zeros, backwards, listed, several, none', t => {
  t.deepEqual(expandBraces('a-{08..11}.tar'), ['a-08.tar', 'a-09.tar', 'a-10.tar', 'a-11.tar'])
  t.deepEqual(expandBraces('{2..0}'), ['2', '1', '0'])
  t.deepEqual(expandBraces('{x,y}/{1..2}'), ['x/1', 'x/2', 'y/1', 'y/2'])
  t.deepEqual(expandBraces('a{b}c'), ['a{b}c'])
  t.throws(() => expandBraces('{0..99999999}.tar'), { message: /100000000 paths/ })
})

test('a key that objects have by nature is a label like any other', async t => {
  const shard = pack(join(scratchFolder('shards'), 's.tar'), {
    '1.wav': 'a',
    '1.json': '{"constructor": "Voith", "__proto__": "none"}',
    '2.wav': 'b',
    '2.json': '{"kit": "K"}',
  })
  const { clips, columns } = await readClips(shard)
  t.deepEqual(columns, ['constructor', '__proto__', 'kit'])
  const read = (column: string) => clips.map(({ labels }) => structuredClone(labels)[column])
  t.deepEqual(columns.map(read), [
    ['Voith', undefined],
    ['none', undefined],
    [undefined, 'K'],
  ])
})
