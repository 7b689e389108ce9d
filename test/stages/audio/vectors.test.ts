/** Vectors of clips from an Arrow file: what comes, and what is wrong with files, told before any sound is read. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { Problem } from '../../../data/problem.js'
import { checkClips } from '../../../graphs/streams/label-needs.js'
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
const clips = ['a', 'b', 'c', 'd', 'e'].map(clip)

function fileOf(name: string, rows: Record<string, number[]> | [string, number[]][]): string {
  const entries = Array.isArray(rows) ? rows : Object.entries(rows)
  const file = join(folder, name)
  const writer = createEmbeddingWriter(file, { dimensions: entries[0]![1].length, columns: [], metadata: {} })
  writer.write(
    entries.map(([id, numbers]) => ({
      clip: id,
      path: `/${id}`,
      start: 0,
      end: 1,
      labels: {},
      embedding: Float32Array.from(numbers),
    })),
  )
  writer.close()
  return file
}

const all = fileOf('all.arrow', { a: [1, 2], b: [3, 4], c: [5, 6], d: [7, 8], e: [9, 10] })

async function told(file: string, more: object = {}) {
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
    /several rows: a.*--level clip/,
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
  const none = fileOf('none-of-them.arrow', { x: [1, 2] })
  t.regex((await told(none, { missing: 'leave-out' })).message, /5 of 5 clips have no vector/)
})
