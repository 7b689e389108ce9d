import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { openEmbeddings } from '../../../data/arrow/arrow-reader.js'
import { createEmbeddingWriter } from '../../../pipelines/embeddings/arrow-writer.js'

const folder = mkdtempSync(join(tmpdir(), 'earshot-python-'))
test.after.always(() => rmSync(folder, { recursive: true }))

/** A Python that has the modules; without one these tests are skipped, by name. */
const python = process.env.EARSHOT_PYTHON ?? 'python3'
const run = (script: string, ...words: string[]) => spawnSync(python, ['-c', script, ...words], { encoding: 'utf8' })
const having = (modules: string) => (run(`import ${modules}`).status === 0 ? test : test.skip)

const file = join(folder, 'ours.arrow')
test.before(() => {
  const writer = createEmbeddingWriter(file, {
    dimensions: 4,
    columns: ['class'],
    metadata: { layer: 'encoder', name: 'ü' },
  })
  for (let at = 0; at < 10_000; at++)
    writer.write([
      {
        ...{ clip: `${at}`, path: `${at}.flac`, start: at, end: at + 0.5 },
        labels: { class: at % 2 ? 'odd' : undefined },
        embedding: Float32Array.of(at, 1, 2, 3),
      },
    ])
  writer.close()
})

having('pyarrow, numpy')('pyarrow reads ours, metadata included, as file and as stream', t => {
  const { stdout, stderr } = run(
    `
import json, sys, pyarrow as pa, pyarrow.feather
table = pa.ipc.open_file(sys.argv[1]).read_all()
table.validate(full=True)
stream = open(sys.argv[1], 'rb').read()[8:]
assert pa.ipc.open_stream(stream).read_all().equals(table)
assert pa.feather.read_table(sys.argv[1], memory_map=False).equals(table)
flat = table['embedding'].combine_chunks().flatten().to_numpy().reshape(-1, 4)
print(json.dumps({
  'types': {field.name: str(field.type) for field in table.schema},
  'metadata': {key.decode(): value.decode() for key, value in table.schema.metadata.items()},
  'rows': table.num_rows, 'sum': float(flat[:, 0].sum(dtype='f8')), 'nulls': table['class'].null_count,
  'last': table['clip'][-1].as_py(), 'end': table['end'][9999].as_py()}))`,
    file,
  )
  t.is(stderr, '')
  t.deepEqual(JSON.parse(stdout), {
    types: {
      ...{ clip: 'string', path: 'string', start: 'double', end: 'double', class: 'string' },
      embedding: 'fixed_size_list<item: float not null>[4]',
    },
    metadata: { layer: 'encoder', name: 'ü' },
    ...{ rows: 10_000, sum: 49_995_000, nulls: 5000, last: '9999', end: 9999.5 },
  })
})

having('pyarrow, duckdb')('DuckDB queries ours over a pyarrow table', t => {
  const { stdout, stderr } = run(
    `
import sys, duckdb, pyarrow as pa
ours = pa.ipc.open_file(sys.argv[1]).read_all()
print(duckdb.sql("""select class, count(*), sum(embedding[1]), max("end") from ours group by class order by class nulls first""").fetchall())`,
    file,
  )
  t.is(stderr, '')
  t.is(stdout.trim(), "[(None, 5000, 24995000.0, 9998.5), ('odd', 5000, 25000000.0, 9999.5)]")
})

/** What users of pyarrow and Polars make of the same columns: lists of other kinds, text of other kinds. */
const THEIRS = `
import sys, numpy as np, pyarrow as pa
flat = np.arange(12, dtype='f4').reshape(3, 4)
text = ['a', 'b', 'c']
label = ['x', None, 'y']
fixed = pa.FixedSizeListArray.from_arrays(pa.array(flat.ravel()), 4)
kinds = {
  'fixed': (fixed, pa.array(text), pa.array(label)),
  'list': (pa.array(flat.tolist(), pa.list_(pa.float32())), pa.array(text, pa.large_string()), pa.array(label).dictionary_encode()),
  'large-list': (pa.array(flat.tolist(), pa.large_list(pa.float64())), pa.array(text, pa.string_view()), pa.array(label, pa.large_string()).dictionary_encode()),
  'double': (pa.array(flat.tolist(), pa.list_(pa.float64(), 4)), pa.array(text), pa.array(label)),
  'half': (pa.array(flat.astype('f2').tolist(), pa.list_(pa.float16(), 4)), pa.array(text), pa.array(label)),
}
for name, (embedding, clip, label) in kinds.items():
  table = pa.table({'embedding': embedding, 'clip': clip, 'label': label, 'fold': pa.array([1, 2, 3], pa.int64())})
  with pa.OSFile(f'{sys.argv[1]}/{name}.arrow', 'wb') as sink, pa.ipc.new_file(sink, table.schema) as writer:
    writer.write_table(table, max_chunksize=2)
with pa.OSFile(f'{sys.argv[1]}/packed.arrow', 'wb') as sink:
  with pa.ipc.new_file(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression='lz4')) as writer: writer.write_table(table)
with pa.OSFile(f'{sys.argv[1]}/stream.arrow', 'wb') as sink:
  with pa.ipc.new_stream(sink, table.schema) as writer: writer.write_table(table)
`

having('pyarrow, numpy')('every way in which pyarrow writes lists and text is read', async t => {
  t.is(run(THEIRS, folder).stderr, '')
  for (const name of ['fixed', 'list', 'large-list', 'double', 'half']) {
    const source = await openEmbeddings(join(folder, `${name}.arrow`))
    const rows = await source.read()
    await source.close()
    t.deepEqual([...rows.embedding], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], name)
    t.deepEqual(rows.clips, ['a', 'b', 'c'], name)
    t.deepEqual(rows.column('label'), ['x', undefined, 'y'], name)
    t.deepEqual(rows.column('fold'), ['1', '2', '3'], name)
  }
  await t.throwsAsync(openEmbeddings(join(folder, 'packed.arrow')), { message: /compressed/ })
  await t.throwsAsync(openEmbeddings(join(folder, 'stream.arrow')), { message: /IPC stream/ })
})
