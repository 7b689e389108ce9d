import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tableFromIPC } from 'apache-arrow'
import test from 'ava'
import { openEmbeddings } from '../../../data/arrow/arrow-reader.js'
import { Problem } from '../../../data/problem.js'
import { createEmbeddingWriter, type EmbeddingRow } from '../../../pipelines/embeddings/arrow-writer.js'
import { collect } from '../../collect.js'
import { fc, testProp } from '../../properties.js'

const folder = mkdtempSync(join(tmpdir(), 'earshot-arrow-'))
test.after.always(() => rmSync(folder, { recursive: true }))

const row = (at: number, dimensions: number): EmbeddingRow => ({
  clip: `clip ${at}`,
  path: `sounds/${at}.flac`,
  start: at,
  end: at + 0.48,
  labels: { class: at % 3 === 0 ? undefined : `class ${at % 3}`, kit: 'ü' },
  embedding: Float32Array.from({ length: dimensions }, (_, k) => at + k / 8),
})

/** Rows 0 up to `count`, in pieces of 1000. */
function write(file: string, count: number, dimensions: number, watch = () => {}): void {
  const writer = createEmbeddingWriter(file, {
    dimensions,
    columns: ['class', 'kit'],
    metadata: { layer: 'encoder', text: 'a: ü\n' },
  })
  for (let at = 0; at < count; at += 1000) {
    writer.write(Array.from({ length: Math.min(1000, count - at) }, (_, k) => row(at + k, dimensions)))
    watch()
  }
  writer.close()
}

testProp(
  'any range of rows comes back as it was written, across batches',
  [fc.integer({ min: 0, max: 9000 }), fc.integer({ min: 0, max: 9000 })],
  async (t, a, b) => {
    const file = join(folder, 'ranges.arrow')
    if (!existsSync(file)) write(file, 9000, 3)
    const [start, end] = a < b ? [a, b] : [b, a]
    const source = await openEmbeddings(file)
    const rows = await source.read(start, end)
    await source.close()
    t.is(source.rows, 9000)
    t.is(rows.rows, end - start)
    t.deepEqual(
      rows.clips,
      Array.from({ length: end - start }, (_, at) => `clip ${start + at}`),
    )
    t.is(rows.embedding.length, 3 * (end - start))
    for (let at = 0; at < rows.rows; at++) t.is(rows.embedding[3 * at + 2], start + at + 0.25)
  },
  { numRuns: 15 },
)

test('columns, nulls, seconds and metadata come back', async t => {
  const file = join(folder, 'columns.arrow')
  write(file, 5, 4)
  const source = await openEmbeddings(file)
  const rows = await source.read()
  await source.close()
  t.is(source.dimensions, 4)
  t.deepEqual(source.columns, ['clip', 'path', 'start', 'end', 'class', 'kit'])
  t.deepEqual(source.metadata, { layer: 'encoder', text: 'a: ü\n' })
  t.deepEqual(rows.column('class'), [undefined, 'class 1', 'class 2', undefined, 'class 1'])
  t.deepEqual(rows.column('end'), ['0.48', '1.48', '2.48', '3.48', '4.48'])
})

test('without rows the file still states its schema', async t => {
  const file = join(folder, 'none.arrow')
  write(file, 0, 4)
  const source = await openEmbeddings(file)
  t.is(source.rows, 0)
  t.is((await source.read()).embedding.length, 0)
  await source.close()
})

test('a reader of streams finds the schema after the magic', t => {
  const file = join(folder, 'stream.arrow')
  write(file, 7, 2)
  t.is(tableFromIPC(readFileSync(file).subarray(8)).numRows, 7)
})

test('the name appears at the end only; giving up leaves the earlier file', t => {
  const file = join(folder, 'named', 'late.arrow')
  const writer = createEmbeddingWriter(file, { dimensions: 2, columns: [], metadata: {} })
  writer.write([row(0, 2)])
  t.false(existsSync(file))
  writer.close()
  const bytes = readFileSync(file)
  const other = createEmbeddingWriter(file, { dimensions: 2, columns: [], metadata: {} })
  other.write([row(1, 2)])
  other.abort()
  t.deepEqual(readFileSync(file), bytes)
  t.deepEqual(readdirSync(join(folder, 'named')), ['late.arrow'])
})

test('memory stays flat over 100,000 rows', t => {
  const used: number[] = []
  let pieces = 0
  write(join(folder, 'long.arrow'), 100_000, 64, () => {
    if (++pieces <= 80) return
    collect()
    used.push(process.memoryUsage().arrayBuffers)
  })
  const late = Math.max(...used)
  t.true(late < 60e6, `${late} bytes of buffers; the file has ${readFileSync(join(folder, 'long.arrow')).length}`)
})

test('a folder that cannot be made, and a name that is taken by a folder, are problems', t => {
  writeFileSync(join(folder, 'plain'), '')
  const inFile = t.throws(() =>
    createEmbeddingWriter(join(folder, 'plain', 'a.arrow'), { dimensions: 2, columns: [], metadata: {} }),
  )
  t.true(inFile instanceof Problem)
  mkdirSync(join(folder, 'taken.arrow'))
  const writer = createEmbeddingWriter(join(folder, 'taken.arrow'), { dimensions: 2, columns: [], metadata: {} })
  t.is((t.throws(() => writer.close()) as Problem).code, 'not-writable')
})

const full = existsSync('/dev/full') ? test : test.skip
full('a full disk is a problem that says so', t => {
  const script = `
    import { createEmbeddingWriter } from ${JSON.stringify(new URL('../../../pipelines/embeddings/arrow-writer.js', import.meta.url).href)}
    import fs from 'node:fs'
    import { syncBuiltinESMExports } from 'node:module'
    const open = fs.openSync
    fs.openSync = (path, ...rest) => open(String(path).endsWith('.part') ? '/dev/full' : path, ...rest)
    syncBuiltinESMExports()
    try {
      createEmbeddingWriter(${JSON.stringify(join(folder, 'full.arrow'))}, { dimensions: 2, columns: [], metadata: {} }).close()
    } catch (error) { console.log(error.code, error.message) }`
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  t.regex(stdout, /^disk-full .*the disk is full/)
})

test('an embedding of another width and a label column of a fixed name are refused', t => {
  const file = join(folder, 'refused.arrow')
  const writer = createEmbeddingWriter(file, { dimensions: 2, columns: [], metadata: {} })
  t.throws(() => writer.write([row(0, 3)]), { instanceOf: RangeError })
  t.throws(() => createEmbeddingWriter(file, { dimensions: 2, columns: ['path'], metadata: {} }), {
    instanceOf: Problem,
  })
})
