import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  Field,
  FixedSizeList,
  Float32,
  List,
  makeData,
  RecordBatch,
  RecordBatchFileWriter,
  Schema,
  Struct,
  Utf8,
  type Vector,
  vectorFromArray,
} from 'apache-arrow'
import test from 'ava'
import { openEmbeddings } from '../../../data/arrow/arrow-reader.js'
import { Problem } from '../../../data/problem.js'
import { createEmbeddingWriter } from '../../../pipelines/embeddings/arrow-writer.js'

const folder = mkdtempSync(join(tmpdir(), 'earshot-reader-'))
test.after.always(() => rmSync(folder, { recursive: true }))

const whole = join(folder, 'whole.arrow')
test.before(() => {
  const writer = createEmbeddingWriter(whole, { dimensions: 8, columns: ['category'], metadata: {} })
  for (let at = 0; at < 100; at++)
    writer.write([{ clip: `${at}`, path: '', start: 0, end: 1, labels: {}, embedding: new Float32Array(8) }])
  writer.close()
})

const codeOf = async (work: Promise<unknown>) => {
  try {
    await work
  } catch (error) {
    if (error instanceof Problem) return error.code
    throw error
  }
  return undefined
}

const damage: Record<string, [change: (bytes: Buffer) => Buffer, code: string]> = {
  'cut in the middle': [bytes => bytes.subarray(0, bytes.length / 2), 'damaged-arrow'],
  'cut by one byte': [bytes => bytes.subarray(0, -1), 'damaged-arrow'],
  empty: [() => Buffer.alloc(0), 'damaged-arrow'],
  'of text': [() => Buffer.from('clip,embedding\n'), 'not-arrow'],
  'with a broken footer': [
    bytes => Buffer.concat([bytes.subarray(0, -60), Buffer.alloc(50, 255), bytes.subarray(-10)]),
    'damaged-arrow',
  ],
}
for (const [name, [change, code]] of Object.entries(damage))
  test(`a file ${name} is a problem, not a crash`, async t => {
    const file = join(folder, `${name}.arrow`)
    writeFileSync(file, change(readFileSync(whole)))
    t.is(await codeOf(openEmbeddings(file)), code)
  })

test('a file that is not there is a problem', async t => {
  t.is(await codeOf(openEmbeddings(join(folder, 'absent.arrow'))), 'no-embeddings')
  mkdirSync(join(folder, 'folder.arrow'))
  t.is(await codeOf(openEmbeddings(join(folder, 'folder.arrow'))), 'no-embeddings')
})

test('a column that is not there names the nearest', async t => {
  const source = await openEmbeddings(whole)
  const rows = await source.read()
  await source.close()
  t.throws(() => rows.column('categroy'), { instanceOf: Problem, message: /Did you mean 'category'/ })
})

/** A file by other hands: clips and free lists. */
function foreign(name: string, columns: Record<string, Vector>): string {
  const file = join(folder, name)
  const schema = new Schema(Object.entries(columns).map(([key, { type }]) => new Field(key, type, true)))
  const children = Object.values(columns).map(column => column.data[0]!)
  const batch = new RecordBatch(
    schema,
    makeData({ type: new Struct(schema.fields), length: children[0]!.length, children }),
  )
  writeFileSync(file, RecordBatchFileWriter.writeAll([batch]).toUint8Array(true))
  return file
}
const clips = vectorFromArray(['a', 'b'], new Utf8())
const lists = (rows: (number[] | null)[]) => vectorFromArray(rows, new List(new Field('item', new Float32(), true)))

test('lists of free length are read if they are equally long', async t => {
  const source = await openEmbeddings(
    foreign('list.arrow', {
      clip: clips,
      embedding: lists([
        [1, 2],
        [3, 4],
      ]),
    }),
  )
  t.is(source.dimensions, 2)
  t.deepEqual([...(await source.read(1)).embedding], [3, 4])
  await source.close()
})

test('a null among the numbers of a row is a problem, and no zero', async t => {
  const rows = [
    [1, 2],
    [3, null],
  ]
  const item = new Field('item', new Float32(), true)
  for (const [name, type] of [
    ['free', new List(item)],
    ['fixed', new FixedSizeList(2, item)],
  ] as const) {
    const source = await openEmbeddings(
      foreign(`null in ${name}.arrow`, { clip: clips, embedding: vectorFromArray(rows, type) }),
    )
    const error = await t.throwsAsync(source.read(), { instanceOf: Problem })
    t.deepEqual([error?.code, /Row 1 .*null among/.test(error?.message ?? '')], ['bad-embedding', true])
    await source.close()
  }
})

test('a null, a short list, text for embeddings and missing columns are problems', async t => {
  const read = async (file: string) => (await openEmbeddings(file)).read()
  t.is(await codeOf(read(foreign('short.arrow', { clip: clips, embedding: lists([[1, 2], [3]]) }))), 'bad-embedding')
  t.is(await codeOf(read(foreign('null.arrow', { clip: clips, embedding: lists([[1, 2], null]) }))), 'bad-embedding')
  t.is(await codeOf(read(foreign('text.arrow', { clip: clips, embedding: clips }))), 'bad-column')
  t.is(await codeOf(read(foreign('bare.arrow', { clip: clips }))), 'no-column')
  t.is(await codeOf(read(foreign('nameless.arrow', { file: clips, embedding: lists([[1], [2]]) }))), 'no-column')
})
