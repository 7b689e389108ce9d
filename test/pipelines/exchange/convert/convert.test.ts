/** Embeddings as other programs read them: value by value the Arrow file, in pyarrow, DuckDB, pandas and Polars where they are. */
import { spawnSync } from 'node:child_process'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import test from 'ava'
import { createEmbeddingWriter } from '../../../../pipelines/embeddings/arrow-writer.js'
import { convertEmbeddings } from '../../../../pipelines/exchange/convert/convert-embeddings.js'
import { scratchFolder } from '../../../earshot.js'

const python = process.env.EARSHOT_PYTHON ?? 'python3'
const folder = scratchFolder('convert')
const at = (name: string) => join(folder, name)
const ROWS = 30
const SOUND = resolve('node_modules/supersonic-scsynth-samples/samples/drum_cymbal_open.flac')

/** Rows on three arcs, so that neighbours are known: row i lies between i - 3 and i + 3. */
const embeddingOf = (row: number) => {
  const angle = (2 * Math.PI * (row % 3)) / 3 + row / 200
  return Float32Array.of(Math.cos(angle), Math.sin(angle), 0.25, row / 1000)
}

const OPTIONS = { map: true, neighbours: 3, sounds: false, seconds: 0.5 }

test.before(() => {
  copyFileSync(SOUND, at('a, "b".flac'))
  const writer = createEmbeddingWriter(at('in.arrow'), {
    ...{ dimensions: 4, columns: ['species', 'note'], metadata: { 'earshot.layer': 'encoder' } },
  })
  writer.write(
    Array.from({ length: ROWS }, (_, row) => ({
      ...{
        clip: `clip ${row}`,
        path: row === 2 ? at('gone.flac') : at('a, "b".flac'),
        start: row / 100,
        end: row / 100 + 0.2,
      },
      labels: { species: `Ä${row % 3}`, note: row === 0 ? undefined : 'x\ny' },
      embedding: embeddingOf(row),
    })),
  )
  writer.close()
})

const has = (module: string) => spawnSync(python, ['-c', `import ${module}`]).status === 0

const READERS: Record<string, string> = {
  pyarrow: `import pyarrow.parquet as p; t = p.read_table(f); rows = t.to_pylist(); meta = p.read_schema(f).metadata`,
  duckdb: `import duckdb; r = duckdb.sql(f"select * from '{f}'"); names = r.columns; rows = [dict(zip(names, one)) for one in r.fetchall()]`,
  pandas: `import pandas, math; rows = pandas.read_parquet(f).to_dict('records')`,
  polars: `import polars; rows = polars.read_parquet(f).to_dicts()`,
}

const PRINT = `
import json, math
def plain(v):
    if hasattr(v, 'tolist'): v = v.tolist()
    if isinstance(v, float) and math.isnan(v): return None
    if isinstance(v, bytes): return len(v)
    if isinstance(v, dict): return {k: plain(x) for k, x in v.items()}
    if isinstance(v, (list, tuple)): return [plain(x) for x in v]
    return v
print(json.dumps([plain(r) for r in rows]))`

interface Row {
  clip: string
  species: string
  note: string | null
  start: number
  projection_x: number
  neighbors: { ids: number[]; distances: number[] }
  audio: { bytes: number; path: string } | null
  embedding: number[]
}

test('a folder that is not there is made, as embed makes it', async t => {
  const csv = join(at('made'), 'here', 'out.csv')
  await convertEmbeddings({ ...OPTIONS, file: at('in.arrow'), output: csv, map: false })
  t.is(readFileSync(csv, 'utf8').split('\n')[0], 'clip,path,start,end,species,note,e1,e2,e3,e4')
})

test.serial(
  'Parquet: what each reader finds is what the Arrow file holds, with places, neighbours and sounds',
  async t => {
    const output = at('out.parquet')
    const converted = await convertEmbeddings({ ...OPTIONS, file: at('in.arrow'), output, sounds: true })
    t.deepEqual(converted, { rows: ROWS, dimensions: 4, files: [output], silent: 1 })
    t.is(readFileSync(output).subarray(0, 4).toString(), 'PAR1')
    const read: Row[][] = []
    for (const [name, script] of Object.entries(READERS)) {
      if (!has(name) || (name === 'pandas' && !has('pyarrow'))) {
        t.log(`${name} is not here: its reading is not tested`)
        continue
      }
      const { stdout, stderr } = spawnSync(python, ['-c', `f = ${JSON.stringify(output)}\n${script}\n${PRINT}`], {
        encoding: 'utf8',
      })
      t.is(stderr, '', name)
      read.push(JSON.parse(stdout))
    }
    for (const rows of read) {
      t.is(rows.length, ROWS)
      for (const [row, { clip, species, note, start, projection_x, neighbors, audio, embedding }] of rows.entries()) {
        t.deepEqual([clip, species, note, start], [`clip ${row}`, `Ä${row % 3}`, row === 0 ? null : 'x\ny', row / 100])
        t.deepEqual(Float32Array.from(embedding), embeddingOf(row))
        t.true(Number.isFinite(projection_x))
        t.true(neighbors.ids.every(id => id !== row && id % 3 === row % 3))
        t.deepEqual(
          neighbors.distances,
          [...neighbors.distances].sort((a, b) => a - b),
        )
        t.is(row === 2, audio === null)
        if (audio) t.is(audio.bytes, 44 + 2 * Math.round(0.2 * 16_000))
      }
    }
  },
)

test.serial('NumPy and a table', async t => {
  await convertEmbeddings({ ...OPTIONS, file: at('in.arrow'), output: at('out.npy'), map: false })
  const bytes = readFileSync(at('out.npy'))
  const header = bytes.readUInt16LE(8)
  t.is((10 + header) % 64, 0)
  t.regex(bytes.toString('latin1', 10, 10 + header), /'descr': '<f4', 'fortran_order': False, 'shape': \(30, 4\), \}/)
  t.is(bytes.length, 10 + header + 4 * 4 * ROWS)
  t.is(bytes.readFloatLE(10 + header + 16 * 7), embeddingOf(7)[0]!)
  t.regex(
    readFileSync(at('out.rows.csv'), 'utf8'),
    /^clip,path,start,end,species,note\nclip 0,".*a, ""b"".flac",0,0.2,Ä0,\n/,
  )
  await convertEmbeddings({ ...OPTIONS, file: at('in.arrow'), output: at('out.csv') })
  const [head, first] = readFileSync(at('out.csv'), 'utf8').split('\n')
  t.is(head, 'clip,path,start,end,species,note,x,y,e1,e2,e3,e4')
  t.regex(first!, /,-?\d[\d.e-]*,-?\d[\d.e-]*,1,0,0\.25,0$/)
})

test.serial('nothing of another kind is written over, and another ending is refused', async t => {
  writeFileSync(at('mine.csv'), 'species,count\n')
  const into = (name: string) => convertEmbeddings({ ...OPTIONS, file: at('in.arrow'), output: at(name) })
  await t.throwsAsync(into('mine.csv'), { message: /holds no CSV: it stays/ })
  await t.throwsAsync(into('out.xlsx'), { message: /\.parquet, \.csv or \.npy/ })
  await t.throwsAsync(into('in.arrow'), { message: /\.parquet, \.csv or \.npy/ })
})
