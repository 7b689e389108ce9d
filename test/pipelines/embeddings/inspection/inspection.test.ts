/** Figures of an embeddings file against plain ones, near-duplicates against all pairs, and the contract rule by rule. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  Field,
  FixedSizeList,
  Float32,
  makeVector,
  Schema,
  Table,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from 'apache-arrow'
import test from 'ava'
import { streamOf } from '../../../../graphs/streams/draws.js'
import { createEmbeddingWriter } from '../../../../pipelines/embeddings/arrow-writer.js'
import { METADATA } from '../../../../pipelines/embeddings/inspection/contract.js'
import { drawnMap } from '../../../../pipelines/embeddings/inspection/embedding-map.js'
import { eigenvalues, inspectFile } from '../../../../pipelines/embeddings/inspection/inspect-file.js'
import { nearDuplicates } from '../../../../pipelines/embeddings/inspection/near-duplicates.js'
import { inspectionText } from '../../../../pipelines/embeddings/inspection/text.js'
import { earshot, scratchFolder } from '../../../earshot.js'
import { fc, testProp } from '../../../properties.js'

const folder = scratchFolder('inspect')
const SAMPLES = 'node_modules/supersonic-scsynth-samples/samples'
const complete: Record<string, string> = {
  ...Object.fromEntries(METADATA.map(name => [name, 'x'])),
  ...{ 'earshot.contract': '1', 'earshot.level': 'clip' },
}

interface Given {
  embedding: (row: number) => number[]
  rows?: number
  metadata?: Record<string, string>
  clip?: (row: number) => string
  end?: (row: number) => number
  label?: (row: number) => string | undefined
}

const parity = (row: number) => (row % 2 ? 'odd' : 'even')

function written(
  name: string,
  { embedding, rows = 40, metadata = complete, clip = String, end = () => 1, label = parity }: Given,
) {
  const file = join(folder, `${name}.arrow`)
  const writer = createEmbeddingWriter(file, { dimensions: embedding(0).length, columns: ['class'], metadata })
  for (let row = 0; row < rows; row++)
    writer.write([
      {
        ...{ clip: clip(row), path: join(process.cwd(), SAMPLES, 'drum_cowbell.flac'), start: 0, end: end(row) },
        labels: { class: label(row) },
        embedding: Float32Array.from(embedding(row)),
      },
    ])
  writer.close()
  return file
}

const noise = (row: number, size: number) => {
  const rng = streamOf(`row ${row}`)
  return Array.from({ length: size }, () => rng.normal())
}

test('a file that keeps the contract, with its figures', async t => {
  const file = written('good', { embedding: row => [3, 4 * (row % 2 ? 1 : -1), 0, 7 * Number(row === 5)] })
  const found = await inspectFile(file, 0.999)
  t.deepEqual(found.breaches, [])
  t.deepEqual(found.dead, [0, 2])
  t.is(found.norms.least, 5)
  t.true(Math.abs(found.norms.most - Math.sqrt(74)) < 1e-6)
  t.deepEqual([found.rows, found.clips, found.dimensions, found.norms.zero], [40, 40, 4, 0])
  t.is(found.near.count, (20 * 19) / 2 + (19 * 18) / 2, 'even rows among themselves, and odd ones but row 5')
})

test('the effective rank of orthogonal rows is their number, of equal ones 1', async t => {
  const identity = written('identity', {
    rows: 6,
    embedding: row => Array.from({ length: 6 }, (_, k) => Number(k === row)),
  })
  t.true(Math.abs((await inspectFile(identity, 0.9)).rank - 6) < 1e-6)
  const equal = written('equal', { embedding: row => [row + 1, 2 * row + 2, 0] })
  t.true(Math.abs((await inspectFile(equal, 0.9)).rank - 1) < 1e-3)
})

test('windows of one recording: each is a row of the figures, and no copy of its neighbours', async t => {
  const file = join(folder, 'windows.arrow')
  const metadata = { ...complete, 'earshot.level': 'patch' }
  const writer = createEmbeddingWriter(file, { dimensions: 2, columns: [], metadata })
  for (const start of [0, 0.5, 1, 30])
    writer.write([
      { clip: 'a.wav', path: 'a.wav', start, end: start + 1, labels: {}, embedding: Float32Array.of(1, 2) },
    ])
  writer.close()
  const found = await inspectFile(file, 0.999)
  const { near, rows } = found
  t.is(rows, 4)
  t.regex(inspectionText(found), /embeddings +4 windows of 1 recording, 2 dimensions/)
  t.deepEqual(
    near.pairs.map(({ rows }) => rows),
    [
      [0, 3],
      [1, 3],
      [2, 3],
    ],
  )
})

test('a file without rows is inspected, too', async t => {
  const file = written('no-rows', { rows: 0, embedding: () => [0, 0, 0] })
  const { rows, rankRows, norms, near } = await inspectFile(file, 0.999)
  t.deepEqual([rows, rankRows, norms.mean, near.count], [0, 0, 0, 0])
})

testProp(
  'eigenvalues keep trace and square sum, and are those of a known matrix',
  [fc.integer({ min: 1, max: 12 })],
  (t, side) => {
    const rng = streamOf(`matrix ${side}`)
    const matrix = new Float64Array(side * side)
    for (let i = 0; i < side; i++)
      for (let j = 0; j <= i; j++) matrix[i * side + j] = matrix[j * side + i] = rng.normal()
    const found = [...eigenvalues(matrix, side)]
    const trace = Array.from({ length: side }, (_, at) => matrix[at * side + at]!).reduce((a, b) => a + b)
    t.true(Math.abs(found.reduce((a, b) => a + b) - trace) < 1e-9)
    t.true(Math.abs(found.reduce((a, b) => a + b * b, 0) - matrix.reduce((a, b) => a + b * b, 0)) < 1e-8)
    t.deepEqual([...eigenvalues(Float64Array.of(2, 1, 1, 2), 2)].map(Math.round), [3, 1])
  },
)

testProp(
  'near-duplicates are those that comparing all pairs finds',
  [fc.integer({ min: 1, max: 9 }), fc.integer({ min: 2, max: 60 }), fc.constantFrom(0.9, 0.99, 0.9999), fc.integer()],
  async (t, dimensions, count, threshold, seed) => {
    const rng = streamOf(`near ${seed}`)
    const rows = new Float32Array(count * dimensions)
    for (let row = 0; row < count; row++) {
      const near = row > 0 && rng.uniform() < 0.4 ? rng.integer(0, row) : undefined
      const one = Array.from({ length: dimensions }, (_, k) =>
        near === undefined ? rng.normal() : rows[near * dimensions + k]! + 0.05 * rng.normal(),
      )
      const length = Math.hypot(...one) || 1
      rows.set(
        one.map(value => value / length),
        row * dimensions,
      )
    }
    const expected: string[] = []
    for (let a = 0; a < count; a++)
      for (let b = a + 1; b < count; b++) {
        let cosine = 0
        for (let k = 0; k < dimensions; k++) cosine += rows[a * dimensions + k]! * rows[b * dimensions + k]!
        if (cosine >= threshold) expected.push(`${a} ${b}`)
      }
    const found = await nearDuplicates(rows, dimensions, threshold)
    t.is(found.count, expected.length)
    t.deepEqual(found.pairs.map(({ a, b }) => `${a} ${b}`).sort(), expected.sort().slice(0, 1000))
  },
)

test('of many rows as well: every copy is found, over all tiles, and a collapsed file ends the search', async t => {
  const [count, dimensions] = [10_000, 48]
  const rows = new Float32Array(count * dimensions)
  const fill = streamOf('many rows')
  for (let row = 0; row < count; row++) {
    // every hundredth is nearly the row so many before it
    const one = Array.from({ length: dimensions }, (_, k) =>
      row % 100 === 99 && row > 3333 ? rows[(row - 3333) * dimensions + k]! + 1e-3 * fill.normal() : fill.normal(),
    )
    const length = Math.hypot(...one)
    rows.set(
      one.map(value => value / length),
      row * dimensions,
    )
  }
  const { count: met, pairs, cut } = await nearDuplicates(rows, dimensions, 0.999)
  t.deepEqual([met, cut], [67, false])
  t.deepEqual(
    pairs.map(({ a, b }) => [b % 100, b - a]),
    pairs.map(() => [99, 3333]),
  )
  const collapsed = await nearDuplicates(rows.fill(1 / Math.sqrt(dimensions)), dimensions, 0.999)
  t.deepEqual([collapsed.cut, collapsed.count, collapsed.pairs.length], [true, 1_000_001, 1000])
})

test('each rule of the contract is told', async t => {
  const embedding = (row: number) => noise(row, 4)
  const { 'earshot.hop': _, ...lacking } = complete
  const cases: [Given, RegExp][] = [
    [{ embedding, metadata: lacking }, /^earshot\.hop is not there$/],
    [{ embedding, metadata: {} }, /^metadata names no contract/],
    [{ embedding, metadata: { ...complete, 'earshot.contract': '7' } }, /^earshot\.contract is '7'/],
    [{ embedding, clip: row => String(row % 38) }, /^clip comes twice.*2 rows, the first is row 38$/],
    [{ embedding, end: row => (row === 3 ? -1 : 1) }, /^start is below 0 or after its end: row 3$/],
    [{ embedding: row => (row === 9 ? [1, Number.NaN, 0, 0] : embedding(row)) }, /^embedding holds numbers.*: row 9$/],
  ]
  for (const [index, [given, expected]] of cases.entries()) {
    const { breaches } = await inspectFile(written(`case ${index}`, given), 0.999)
    t.deepEqual(breaches.length, 1, JSON.stringify(breaches))
    t.regex(`${breaches[0]!.at} ${breaches[0]!.what}`, expected)
  }
})

test('a file of another program is read, and told what it lacks', async t => {
  const item = new Field('item', new Float32())
  const type = new FixedSizeList(2, item)
  const vector = makeVector({
    type,
    length: 3,
    nullCount: 0,
    child: makeVector(Float32Array.of(1, 0, 0, 1, 1, 1)).data[0]!,
  })
  const columns = { embedding: vector, clip: vectorFromArray(['a', 'b', 'c'], new Utf8()) }
  const schema = new Schema([new Field('embedding', type), new Field('clip', new Utf8())])
  const file = join(folder, 'theirs.arrow')
  writeFileSync(file, tableToIPC(new Table(schema, columns), 'file'))
  const { breaches, rows } = await inspectFile(file, 0.999)
  t.is(rows, 3)
  t.deepEqual(
    breaches.map(({ at }) => at),
    ['path', 'start', 'end', 'metadata'],
  )
})

test('few labels among many rows without: these come last, pale, and lie below', async t => {
  const label = (row: number) => (row % 5 === 0 ? 'owl' : row === 1 ? 'fox' : undefined)
  const file = written('few labels', { embedding: row => noise(row, 4), rows: 20, label })
  const { spots, names, html } = await drawnMap({ file, points: 100, sounds: 0 })
  t.deepEqual(names, ['owl', 'fox', 'no label'])
  t.deepEqual(
    spots.map(spot => spot.label === 'no label'),
    Array.from({ length: 20 }, (_, at) => at < 15),
  )
  t.regex(html, /"colours":\["var\(--c1\)","var\(--c2\)","var\(--edge\)"\]/)
})

test.serial('by the command line: text, JSON, a page and a picture', async t => {
  const good = written('page', {
    embedding: row => noise(row === 7 ? 6 : row, 8).map(value => value + Number(row % 2)),
  })
  const shown = await earshot(['inspect', good, '--sounds', '2', '--label', 'class'])
  t.is(shown.code, 0, shown.error)
  for (const part of ['40 clips, 8 dimensions', 'near-duplicates', 'It keeps contract 1.', 'index.html'])
    t.true(shown.out.includes(part), part)
  const html = readFileSync(join(folder, 'page.inspection', 'index.html'), 'utf8')
  const { spots, files } = JSON.parse(/<script type="application\/json">(.*?)<\/script>/.exec(html)![1]!)
  t.is(spots.length, 40, 'a dot a row')
  t.is(html.match(/"data:audio/g)?.length, 2)
  t.regex(files[0], /^file:\/\/.*drum_cowbell\.flac$/, 'the others are played from their files')
  const png = readFileSync(join(folder, 'page.inspection', 'map.png'))
  t.is(png.toString('latin1', 1, 4), 'PNG')
  if (process.env.EARSHOT_SCREENSHOT) writeFileSync(process.env.EARSHOT_SCREENSHOT, png)

  const bad = written('bare', { embedding: row => noise(row, 3), metadata: {} })
  const told = await earshot(['inspect', bad, '--no-map', '--json'])
  t.is(told.code, 1)
  t.is(JSON.parse(told.out).breaches.length, 1)
  t.false(existsSync(join(folder, 'bare.inspection')))
  const wrong = await earshot(['inspect', bad, '--near', '2'])
  t.regex(wrong.error, /--near must be at most 1, not '2'/)
})
