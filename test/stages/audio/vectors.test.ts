/** Vectors of clips from an Arrow file: what comes, and what is wrong with files, told before any sound is read. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { Problem } from '../../../data/problem.js'
import { checkClips, keptClips } from '../../../graphs/streams/label-needs.js'
import { createEmbeddingWriter } from '../../../pipelines/embeddings/arrow-writer.js'
import vectors from '../../../stages/audio/vectors.js'
import type { ItemStage } from '../../../stages/contract.js'
import { loadStages } from '../../../stages/registry.js'
import type { Clip } from '../../../stages/values.js'
import { scratchFolder } from '../../earshot.js'
import { node } from '../../graphs/streams/fake-graphs.js'
import { outOf, runItem } from '../views/support.js'

const folder = scratchFolder('vectors')
const stages = await loadStages()
const clip = (id: string): Clip => ({ id, path: `/${id}`, labels: {} })
const CLIPS = ['a', 'b', 'c', 'd', 'e'].map(clip)
/** Three of them say hello, one says nothing. */
const SPOKEN = CLIPS.map((one, at): Clip => (at === 4 ? one : { ...one, labels: { word: at === 3 ? 'bye' : 'hello' } }))

/** @param column what a row stands for, besides the clip */
function fileOf(name: string, rows: Record<string, number[]> | [string, number[]][], column: string[] = []): string {
  const entries = Array.isArray(rows) ? rows : Object.entries(rows)
  const file = join(folder, name)
  const writer = createEmbeddingWriter(file, { dimensions: entries[0]![1].length, columns: column, metadata: {} })
  writer.write(
    entries.map(([id, numbers]) => ({
      clip: id,
      path: `/${id}`,
      start: 0,
      end: 1,
      labels: Object.fromEntries(column.map(name => [name, id])),
      embedding: Float32Array.from(numbers),
    })),
  )
  writer.close()
  return file
}

const all = fileOf('all.arrow', { a: [1, 2], b: [3, 4], c: [5, 6], d: [7, 8], e: [9, 10] })

async function told(file: string, more: object = {}, clips: readonly Clip[] = CLIPS) {
  const parameters = vectors.parameters.parse({ file, size: 2, ...more }) as Record<string, unknown>
  const graph = { nodes: [node('goal', 'vectors', 'item', { parameters })] }
  const { notes, problems } = await checkClips(graph, stages, clips)
  return { notes, message: problems.map(({ problem }) => `${problem.message} ${problem.hint ?? ''}`).join('\n') }
}

test('the vector of the clip; the port says how long it is', async t => {
  const given = { file: all, size: 2 }
  t.deepEqual(outOf(vectors, given, { from: { kind: 'clip' } }), { kind: 'embedding', size: 2 })
  t.deepEqual(await runItem(vectors, given, { from: { kind: 'clip' } }, { from: clip('c') }), Float32Array.of(5, 6))
  const refused = runItem(vectors, given, { from: { kind: 'clip' } }, { from: clip('x') }) as Promise<unknown>
  await t.throwsAsync(refused, { instanceOf: Problem, code: 'no-vector' })
})

test('all is well: nothing is told; the hash of the file goes into the graph', async t => {
  t.deepEqual(await told(all), { notes: [], message: '' })
  const find = (vectors as ItemStage).files!.file!
  t.regex(find(all)!.hash, /^[0-9a-f]{64}$/)
  t.is(find(join(folder, 'none.arrow')), undefined)
})

function textFile(name: string): string {
  writeFileSync(join(folder, name), 'x'.repeat(99))
  return join(folder, name)
}

const CASES: [string, (t: ExecutionContext) => string, object, RegExp][] = [
  [
    'clips without a vector',
    () => fileOf('two.arrow', { a: [1, 2], b: [3, 4] }),
    {},
    /3 of 5 clips have no vector: c, d, e\..*Its rows name a, b/,
  ],
  ['another width', () => all, { size: 3 }, /hold 2 numbers, not 3\..*size: 2/],
  ['no such column', () => all, { vector: 'embeding' }, /no column 'embeding'.*Did you mean 'embedding'/],
  ['a column of text', () => all, { vector: 'path' }, /The column 'path' holds/],
  ['NaN', () => fileOf('nan.arrow', { a: [1, 2], b: [Number.NaN, 4] }), {}, /Of 1 of 2 clips .*not finite: b/],
  [
    'several rows',
    () =>
      fileOf('twice.arrow', [
        ['a', [1, 2]],
        ['a', [3, 4]],
        ['b', [5, 6]],
      ]),
    {},
    /clip there are several rows: a.*--level clip/,
  ],
  ['no file', () => join(folder, 'none.arrow'), {}, /no such file/],
  ['no Arrow file', () => textFile('text.arrow'), {}, /not an Arrow IPC file/],
]

for (const [name, file, more, words] of CASES)
  test(`refused: ${name}`, async t => {
    t.regex((await told(file(t), more)).message, words)
  })

test('clips without a vector may be left out, and it is said', async t => {
  const some = fileOf('some.arrow', { a: [1, 2], b: [3, 4] })
  const { notes, message } = await told(some, { missing: 'leave-out' })
  t.is(message, '')
  t.regex(notes[0]!, /3 of 5 clips have no vector: c, d, e. They are left out/)
  const trainedOn = (missing: string) => {
    const parameters = vectors.parameters.parse({ file: some, size: 2, missing }) as Record<string, unknown>
    return keptClips({ nodes: [node('goal', 'vectors', 'item', { parameters })] }, stages, CLIPS)
  }
  t.deepEqual(await trainedOn('leave-out'), CLIPS.slice(0, 2), 'no draws that come to nothing')
  t.deepEqual(await trainedOn('refuse'), CLIPS)
  const none = fileOf('none-of-them.arrow', { x: [1, 2] })
  t.regex((await told(none, { missing: 'leave-out' })).message, /5 of 5 clips have no vector/)
})

const words = fileOf('words.arrow', { hello: [1, 2], bye: [3, 4] }, ['text'])

test('by a text: the vector of what the clip says, whichever clip it is', async t => {
  const given = { file: words, size: 2, by: 'word' }
  const of = (from: Clip) => runItem(vectors, given, { from: { kind: 'clip' } }, { from }) as Promise<Float32Array>
  t.deepEqual(
    await Promise.all(SPOKEN.slice(0, 4).map(of)),
    [
      [1, 2],
      [1, 2],
      [1, 2],
      [3, 4],
    ].map(numbers => Float32Array.from(numbers)),
  )
  await t.throwsAsync(of({ ...SPOKEN[0]!, labels: { word: 'ciao' } }), { code: 'no-vector', message: /of 'ciao'/ })
  t.deepEqual(await told(words, { by: 'word' }, SPOKEN.slice(0, 4)), { notes: [], message: '' })
})

test('by a text: which texts miss, and how many clips; a clip without a text', async t => {
  const some = fileOf('some-words.arrow', { bye: [3, 4] }, ['text'])
  const refused = await told(some, { by: 'word' }, SPOKEN)
  t.regex(
    refused.message,
    /4 of 5 clips have a text in 'word' without a vector: hello, no text\..*Its rows name bye\..*each text/,
  )
  const { notes, message } = await told(some, { by: 'word', missing: 'leave-out' }, SPOKEN)
  t.is(message, '')
  t.regex(notes[0]!, /4 of 5 clips .* hello, no text\. They are left out/)
  t.is((await told(some, { by: 'wrod' }, SPOKEN)).message, '', 'the column is told as one that is not there')
  const parameters = vectors.parameters.parse({ file: some, size: 2, by: 'word' })
  t.deepEqual(vectors.labels!(parameters), [{ column: 'word' }])
})

test('a file of texts where clips are asked for: it names the column that has them', async t => {
  t.regex((await told(words, {}, SPOKEN)).message, /5 of 5 clips have no vector.*texts of the clips: write by: word\./)
  t.notRegex((await told(words, {}, CLIPS)).message, /by:/)
})

test('by a text: a file of clips, several rows of one text, another width, NaN', async t => {
  t.regex((await told(all, { by: 'word' }, SPOKEN)).message, /no column 'text'.*Columns: clip/)
  const twice: [string, number[]][] = [
    ['hello', [1, 2]],
    ['hello', [3, 4]],
  ]
  t.regex(
    (await told(fileOf('twice-word.arrow', twice, ['text']), { by: 'word' }, SPOKEN)).message,
    /one text .*: hello\. A row a text/,
  )
  t.regex((await told(words, { by: 'word', size: 3 }, SPOKEN)).message, /hold 2 numbers, not 3/)
  const odd = fileOf('nan-word.arrow', { hello: [1, Number.NaN], bye: [3, 4] }, ['text'])
  t.regex((await told(odd, { by: 'word' }, SPOKEN)).message, /Of 1 of 2 texts .*not finite: hello/)
})
