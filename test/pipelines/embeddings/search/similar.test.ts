import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { streamOf } from '../../../../graphs/streams/draws.js'
import { createEmbeddingWriter } from '../../../../pipelines/embeddings/arrow-writer.js'
import { type EmbeddingIndex, readIndex } from '../../../../pipelines/embeddings/search/embedding-index.js'
import { mostSimilar, mostSimilarToEach } from '../../../../pipelines/embeddings/search/most-similar.js'
import { precisionAtK } from '../../../../pipelines/embeddings/search/precision-at-k.js'
import { likeness, search } from '../../../../pipelines/embeddings/search/search.js'
import { earshot } from '../../../earshot.js'
import { near } from '../../../engine/near.js'
import { fc, testProp } from '../../../properties.js'

const folder = mkdtempSync(join(tmpdir(), 'earshot-similar-'))
test.after.always(() => rmSync(folder, { recursive: true }))

interface Row {
  clip: string
  /** Degrees. */
  angle: number
  class?: string
  length?: number
  start?: number
}

/** Clips at angles, of any length; each row half a second. */
function write(name: string, rows: readonly Row[], metadata: Record<string, string> = {}): string {
  const file = join(folder, name)
  const writer = createEmbeddingWriter(file, { dimensions: 2, columns: ['class'], metadata })
  rows.forEach(({ clip, angle, class: label, length = 1, start = 0 }) => {
    const radians = (angle * Math.PI) / 180
    const embedding = Float32Array.of(length * Math.cos(radians), length * Math.sin(radians))
    writer.write([{ clip, path: clip, start, end: start + 0.5, labels: { class: label }, embedding }])
  })
  writer.close()
  return file
}

const file = write('sounds.arrow', [
  { clip: 'kick/a.wav', angle: 0, class: 'kick', length: 3 },
  { clip: 'kick/b.wav', angle: 10, class: 'kick' },
  { clip: 'hat/a.wav', angle: 90, class: 'hat' },
  { clip: 'hat/b.wav', angle: 75, class: 'hat', length: 9 },
  { clip: 'noise.wav', angle: 200 },
])
const asked = { file, count: 2, columns: [] }

test('the nearest by angle, whatever their length, without the clip itself', async t => {
  const { asked: names, found } = await search({ ...asked, examples: ['kick/a'] })
  t.deepEqual(names, ['kick/a.wav'])
  t.deepEqual(
    found.map(({ row }) => row),
    [1, 3],
  )
  t.true(Math.abs(found[0]!.similarity - Math.cos(Math.PI / 18)) < 1e-6)
  t.deepEqual(
    (await search({ ...asked, examples: ['4'] })).found.map(({ row }) => row),
    [2, 3],
  )
})

test('a clip of another file, there the mean of its rows', async t => {
  const query = write('query.arrow', [
    { clip: 'mine.wav', angle: 60, length: 5 },
    { clip: 'mine.wav', angle: 100 },
    { clip: 'kick/a.wav', angle: 200 },
  ])
  const { found } = await search({ ...asked, examples: ['mine'], query })
  t.deepEqual(
    found.map(({ row }) => row),
    [3, 2],
  )
  // a clip of the same name in another file is another clip
  t.is((await search({ ...asked, examples: ['kick/a.wav'], query })).found[0]!.row, 4)
})

/** One recording, a row every quarter of a second. */
const night = write(
  'night.arrow',
  [0, 2, 4, 50, 180, 90, 182, 6, 44].map((angle, at) => ({ clip: 'night.flac', angle, start: at / 4 })),
)
const rowsLike = async (examples: string[], not: string[] = [], count = 3) =>
  (await search({ file: night, examples, not, count, columns: [] })).found.map(({ row }) => row)

test('within one recording: a stretch finds others, of overlapping windows the best', async t => {
  t.deepEqual(await rowsLike(['night.flac@0-0.5 s']), [7, 3, 5])
  t.deepEqual(await rowsLike(['night@0:00-0:00.5']), [7, 3, 5], 'h:m:s, and a name without its extension')
  t.deepEqual(await rowsLike(['0'], [], 1), [2], 'a row number is that row alone')
  t.deepEqual(await rowsLike(['night.flac']), [], 'all of it: nothing is left')
})

test('windows that are clips of their own: one by its name, a recording by all of its windows', async t => {
  const windows = write(
    'windows.arrow',
    [0, 10, 90, 5].map((angle, at) => ({
      clip: `${at < 2 ? 'dusk' : 'dawn'}.flac#${at % 2}-${(at % 2) + 0.5}`,
      ...{ angle, start: at % 2 },
    })),
  )
  const like = async (example: string) =>
    (await search({ file: windows, examples: [example], count: 4, columns: [] })).found.map(({ row }) => row)
  t.deepEqual(await like('dusk.flac'), [3, 2])
  t.deepEqual(await like('dusk.flac#0-0.5'), [3, 1, 2])
  t.deepEqual(await like('dusk'), [3, 2])
})

test('several examples and counter-examples: near one of these, and nearer than to those', async t => {
  t.deepEqual(await rowsLike(['0', '5'], [], 2), [2, 7], 'near 0 or 90 degrees, not between them')
  t.deepEqual(await rowsLike(['3'], ['0'], 2), [8, 5], '44 and 90 degrees are nearer to 50 than to 0')
  const index = await readIndex(
    write('two.arrow', [
      { clip: 'a', angle: 30 },
      { clip: 'b', angle: 60 },
    ]),
  )
  const example = (...direction: number[]) => [{ name: '', rows: [], direction: Float32Array.from(direction) }]
  // cos 30; cos 60, less what cos 30 is more
  near(t, likeness(index, example(1, 0), example(0, 1)), [Math.sqrt(0.75), 1 - Math.sqrt(0.75)])
})

test('what is no stretch, or lies beside all rows', async t => {
  await t.throwsAsync(rowsLike(['night.flac@2-1']), { message: /ends before it begins/ })
  await t.throwsAsync(rowsLike(['night.flac@10-12 s']), { message: /has 9 rows, from 0 to 2.5 s/ })
  await t.throwsAsync(rowsLike(['night.flac@5 s']), { message: /'5 s' is no stretch/ })
  await t.throwsAsync(rowsLike([fileURLToPath(import.meta.url)]), { message: /not among the embeddings/ })
})

test('an encoder of voices asks one of sounds: of one run, where they share a space', async t => {
  const written = (layer: string, space?: string) =>
    write(`space-${layer}.arrow`, [{ clip: layer, angle: 0 }], {
      ...{ 'earshot.checkpoint': 'abc', 'earshot.layer': layer },
      ...(space && { 'earshot.space': space }),
    })
  const both = 'sounds, voices'
  const asked = { file: written('sounds', both), examples: ['voices'], not: [], count: 1, columns: [] }
  t.is((await search({ ...asked, query: written('voices', both) })).found.length, 1)
  await t.throwsAsync(search({ ...asked, query: written('voices') }), { message: /come from another layer/ })
})

test('embeddings of another checkpoint are no examples', async t => {
  const query = write('other.arrow', [{ clip: 'x', angle: 0 }], { 'earshot.checkpoint': 'abc' })
  await t.throwsAsync(search({ ...asked, examples: ['x'], query }), { message: /come from other weights/ })
})

test('precision at k: own rows and rows without a label are left out', async t => {
  const index = await readIndex(file, ['class'])
  const at = (k: number) => precisionAtK(index, index.labels.get('class')!, { k })
  t.is((await at(1)).precision, 1)
  const { precision, chance, labels, rows } = await at(3)
  t.true(Math.abs(precision - 1 / 3) < 1e-12 && Math.abs(chance - 1 / 3) < 1e-12)
  t.deepEqual([rows, labels.map(({ label }) => label)], [4, ['hat', 'kick']])
  const drawn = await precisionAtK(index, index.labels.get('class')!, { k: 1, most: 2 })
  t.deepEqual([drawn.queries, drawn.rows], [2, 4])
})

const directions = fc.array(fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 5, maxLength: 5 }), {
  minLength: 3,
  maxLength: 30,
})

testProp(
  'what is found is the beginning of a full sort',
  [directions, fc.integer({ min: 1, max: 6 })],
  (t, rows, count) => {
    const index = { rows: rows.length, dimensions: 5, directions: Float32Array.from(rows.flat()) } as EmbeddingIndex
    const query = Float32Array.of(1, 2, 0, -1, 1)
    const found = mostSimilar(index, query, { count, skip: row => row === 1 })
    const all = rows
      .map((values, row) => ({ row, similarity: values.reduce((sum, value, k) => sum + value * query[k]!, 0) }))
      .filter(({ row }) => row !== 1)
      .sort((a, b) => b.similarity - a.similarity || a.row - b.row)
    t.deepEqual(found, all.slice(0, count))
  },
)

test('many queries at once find what each alone finds', async t => {
  const [rows, dimensions] = [9000, 64]
  const rng = streamOf('many queries')
  const directions = Float32Array.from({ length: rows * dimensions }, () => (rng.uniform() < 0.5 ? -0.125 : 0.125))
  const index = { rows, dimensions, directions } as EmbeddingIndex
  const queries = Array.from({ length: 4000 }, (_, at) => at * 2)
  const skip = (query: number, row: number) => row % 7 === query % 7
  const found = await mostSimilarToEach(index, queries, { count: 5, skip })
  for (let at = 0; at < queries.length; at += 401) {
    const query = queries[at]!
    const own = directions.subarray(query * dimensions, (query + 1) * dimensions)
    t.deepEqual(found[at], mostSimilar(index, own, { count: 5, skip: row => skip(query, row) }))
  }
})

test('the verb shows neighbours with their labels, and precision', async t => {
  const found = await earshot(['similar', file, 'hat/a', '--label', 'class', '-n', '1'])
  t.regex(found.out, /cosine +clip +class\n0\.9659 +hat\/b\.wav +hat\n$/)
  const { out } = await earshot(['similar', file, '--precision-at', '1', '--label', 'class'])
  t.regex(out, /Precision at 1 by 'class': 100\.0 \[100\.0, 100\.0\] %, mean over labels 100\.0 %, chance 33\.3 %\./)
  const json = await earshot(['similar', file, 'noise', '--json', '--label', 'class', '-n', '3'])
  t.is(JSON.parse(json.out).found[0].labels.class, 'hat')
})

test('what cannot be searched is a problem that says what to do', async t => {
  await t.throwsAsync(search({ ...asked, examples: ['kick/c.wav'] }), {
    message: /no clip 'kick\/c.wav'.*Did you mean/,
  })
  await t.throwsAsync(search({ ...asked, examples: ['a'] }), { message: /'a' may be 'kick\/a.wav' or 'hat\/a.wav'/ })
  await t.throwsAsync(search({ ...asked, examples: ['0'], columns: ['clas'] }), { message: /Did you mean 'class'/ })
  const wide = join(folder, 'wide.arrow')
  const writer = createEmbeddingWriter(wide, { dimensions: 3, columns: [], metadata: {} })
  writer.write([{ clip: 'x', path: 'x', start: 0, end: 1, labels: {}, embedding: Float32Array.of(1, 2, 3) }])
  writer.close()
  await t.throwsAsync(search({ ...asked, examples: ['x'], query: wide }), { message: /3 wide, not 2/ })
  t.regex((await earshot(['similar', file])).error, /Name an example, or ask for --precision-at/)
  t.regex((await earshot(['similar', file, '--precision-at', '5'])).error, /needs one label column/)
})
