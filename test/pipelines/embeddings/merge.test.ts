/** A list embedded in parts is the list embedded at once: the same file, byte for byte. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { openEmbeddings } from '../../../data/arrow/arrow-reader.js'
import { createEmbeddingWriter } from '../../../pipelines/embeddings/arrow-writer.js'
import { mergeEmbeddings } from '../../../pipelines/embeddings/merge-embeddings.js'
import { shardMetadata } from '../../../pipelines/embeddings/metadata.js'
import { clipsOf, readShard } from '../../../pipelines/jobs/shard.js'
import { earshot, scratchFolder } from '../../earshot.js'
import { fc, testProp } from '../../properties.js'
import { smallConfig } from '../../small-config.js'

testProp(
  'shards are the list, cut into consecutive pieces of almost one length',
  [fc.array(fc.integer(), { minLength: 1, maxLength: 200 }), fc.integer({ min: 1, max: 50 })],
  (t, list, of) => {
    fc.pre(of <= list.length)
    const pieces = Array.from({ length: of }, (_, at) => clipsOf(list, { number: at + 1, of }))
    t.deepEqual(pieces.flat(), list)
    const lengths = pieces.map(({ length }) => length)
    t.true(Math.max(...lengths) - Math.min(...lengths) <= 1)
  },
)

test('a shard is a part of a number of parts, and no part is empty', t => {
  t.deepEqual(readShard('16/16'), { number: 16, of: 16 })
  for (const wrong of ['0/4', '5/4', '3', '1.5/2', 'a/b', '1/2/3'])
    t.throws(() => readShard(wrong), { message: /expected a part/ })
  t.throws(() => clipsOf([1, 2], { number: 1, of: 3 }), { message: '2 clips cannot be parted into 3 shards.' })
})

const LIST = ['a', 'b', 'c']

/** A file of embeddings two values wide. */
function written(folder: string, name: string, clips: readonly string[], metadata: Record<string, string> = {}) {
  const file = join(folder, `${name}.arrow`)
  const columns = ['kind']
  const writer = createEmbeddingWriter(file, { dimensions: 2, columns, metadata: { 'earshot.step': '5', ...metadata } })
  const row = (clip: string) => ({
    ...{ clip, path: `${clip}.wav`, start: 0.1, end: 1 / 3, embedding: Float32Array.of(clip.charCodeAt(0), 0.1) },
    labels: { kind: clip === 'b' ? undefined : clip.toUpperCase() },
  })
  writer.write(clips.map(row))
  writer.close()
  return file
}

/** `number` of `of`, of one list. */
const shard = (folder: string, number: number, of: number, clips: readonly string[], list: readonly string[] = LIST) =>
  written(folder, `${number}-${of}-${clips.join('')}`, clips, shardMetadata({ number, of }, list))

test('shards come in the order of the list, however they are named; an empty one is no harm', async t => {
  const folder = scratchFolder('merge')
  const parts = [
    shard(folder, 4, 4, ['c']),
    shard(folder, 1, 4, ['a']),
    shard(folder, 3, 4, []),
    shard(folder, 2, 4, ['b']),
  ]
  const output = join(folder, 'all.arrow')
  const merged = await mergeEmbeddings(parts, output)
  t.deepEqual(merged, { rows: 3, columns: ['kind'], baselines: [], without: undefined })
  t.deepEqual(readFileSync(output), readFileSync(written(folder, 'at once', LIST)))
})

test('files that are no shards come as they are named', async t => {
  const folder = scratchFolder('merge')
  await mergeEmbeddings([written(folder, 'x', ['c', 'a']), written(folder, 'y', ['b'])], join(folder, 'all.arrow'))
  const read = await openEmbeddings(join(folder, 'all.arrow'))
  t.deepEqual((await read.read()).clips, ['c', 'a', 'b'])
  await read.close()
})

test('what does not belong together is refused in a sentence, and nothing is written', async t => {
  const folder = scratchFolder('merge')
  const [one, two] = [shard(folder, 1, 2, ['a']), shard(folder, 2, 2, ['b', 'c'])]
  const plain = written(folder, 'plain', ['a'])
  const cases: [string[], RegExp][] = [
    [[one], /Not all shards are there: 2\/2 missing\./],
    [[one, two, shard(folder, 2, 2, ['c'])], /are the same shard\./],
    [[one, shard(folder, 2, 2, ['d'], ['a', 'd'])], /shards of different lists\./],
    [[one, plain], /plain\.arrow is no shard, the others are\./],
    [[plain, written(folder, 'later', ['b'], { 'earshot.step': '6' })], /they differ in earshot\.step, 6 and 5\./],
    [[plain, plain], /The clip a is in .*plain\.arrow and in .*plain\.arrow\./],
    [[plain, written(folder, 'again', ['b', 'a'])], /The clip a is in .*plain\.arrow and in .*again\.arrow\./],
    [[plain, join(folder, 'nowhere.arrow')], /There is no such file/],
    [[plain, join(folder, 'all.arrow')], /would be written over/],
  ]
  for (const [files, message] of cases)
    await t.throwsAsync(mergeEmbeddings(files, join(folder, 'all.arrow')), { message })
  t.deepEqual(
    readdirSync(folder).filter(name => /^all|partial/.test(name)),
    [],
  )
})

test('parts by the command line, with baselines and the clips that were left out, make the file of all at once', async t => {
  const { folder, sounds, config, cache } = smallConfig('shards', { steps: 4, every: 4 })
  const at = (name: string) => join(folder, name)
  const verb = async (...words: string[]) => {
    const ended = await earshot(words, cache)
    t.is(ended.code, 0, ended.error)
    return ended
  }
  await verb('train', config, '--run', at('run'))
  const embed = (name: string, ...more: string[]) =>
    verb('embed', at('run'), sounds, '-o', at(name), '--baselines', ...more)
  await embed('whole.arrow')
  const { out } = await embed('parts/2.arrow', '--shard', '2/2')
  t.regex(out, /earshot merge '.*parts'\/\*\.arrow -o ALL\.arrow/)
  await embed('parts/1.arrow', '--shard', '1/2')
  const merged = await verb('merge', at('parts/2.arrow'), at('parts/1.arrow'), '-o', at('merged.arrow'))
  t.regex(merged.out, /24 rows of 2 files, and its baselines \(log-mel\+duration, log-mel, untrained\)\./)
  for (const name of ['.arrow', '.arrow.skipped.jsonl', '.baselines/untrained.arrow', '.baselines/log-mel.arrow'])
    t.deepEqual(readFileSync(at(`merged${name}`)), readFileSync(at(`whole${name}`)), name)
  const bad = readdirSync(sounds).sort().indexOf('c-truncated.flac') + 1
  t.regex((await embed('bad.arrow', '--shard', `${bad}/25`)).out, /bad\.arrow: 0 rows, 1 clip left out/)
})
