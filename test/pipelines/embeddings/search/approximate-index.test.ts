/** An index beside embeddings finds what the exact search finds, or is told not to be used. */
import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { Problem } from '../../../../data/problem.js'
import { loadUsearch } from '../../../../engine/install/usearch.js'
import { streamOf } from '../../../../graphs/streams/draws.js'
import { createEmbeddingWriter } from '../../../../pipelines/embeddings/arrow-writer.js'
import { indexBeside, makeIndex } from '../../../../pipelines/embeddings/search/approximate-index.js'
import { readIndex } from '../../../../pipelines/embeddings/search/embedding-index.js'
import { search } from '../../../../pipelines/embeddings/search/search.js'
import { readKnown } from '../../../../pipelines/listening/known-sounds.js'
import { earshot, scratchFolder } from '../../../earshot.js'

/** Skipped where usearch neither lies in the cache nor can be fetched. */
const tested = await loadUsearch().then(
  () => test.serial,
  error => {
    if (!(error instanceof Problem)) throw error
    return test.skip
  },
)

const folder = scratchFolder('index')
const [ROWS, DIMENSIONS] = [4000, 24]

/** Half a second of a night each, every quarter of a second; around 40 directions. */
function nights(name: string, seed: string): string {
  const file = join(folder, name)
  const rng = streamOf(seed)
  const writer = createEmbeddingWriter(file, { dimensions: DIMENSIONS, columns: [], metadata: {} })
  const centres = new Float32Array(40 * DIMENSIONS)
  rng.fillNormal(centres, 1)
  for (let row = 0; row < ROWS; row++) {
    const embedding = new Float32Array(DIMENSIONS)
    rng.fillNormal(embedding, 0.5)
    const centre = rng.integer(0, 40) * DIMENSIONS
    for (let k = 0; k < DIMENSIONS; k++) embedding[k]! += centres[centre + k]!
    const [clip, start] = [`${Math.floor(row / 500)}.flac`, (row % 500) / 4]
    writer.write([{ clip, path: clip, start, end: start + 0.5, labels: {}, embedding }])
  }
  writer.close()
  return file
}

const file = nights('nights.arrow', 'nights')
const asked = { file, count: 10, columns: [] }

tested('the rows that an exact search finds, also of several examples less counter-examples', async t => {
  const made = await earshot(['similar', file, '--make-index'])
  t.is(made.code, 0)
  t.regex(made.error, /nights\.arrow\.usearch: similar and listen --known look there/)
  let same = 0
  for (let row = 0; row < ROWS; row += 200) {
    const examples = { examples: [`${row}`, `${row + 7}`], not: [`${(row + 1000) % ROWS}`] }
    const exact = await search({ ...asked, ...examples, exact: true })
    const approximate = await search({ ...asked, ...examples })
    t.deepEqual([exact.approximate, approximate.approximate], [false, true])
    const rows = new Map(exact.found.map(({ row, similarity }) => [row, similarity]))
    for (const { row, similarity } of approximate.found) {
      if (!rows.has(row)) continue
      same++
      t.is(similarity, rows.get(row)!, 'the cosine is computed as in an exact search')
    }
  }
  t.true(same >= 196, `${same} of 200`)
  const all = await search({ ...asked, examples: ['3'], count: ROWS })
  t.true(all.found.length > 1000, 'more than an index is asked for: all rows are compared')
})

tested('known sounds of live sound are looked for there, one of each clip', async t => {
  const index = await readIndex(file)
  const { dimensions, metadata } = index
  const options = { label: undefined, count: 3, listener: { file: 'run', dimensions, metadata } }
  const told: string[] = []
  const tell = (sentence: string) => void told.push(sentence)
  const [compare, exactly] = [
    await readKnown({ ...options, file, tell }),
    await readKnown({ ...options, file: nights('same.arrow', 'nights'), tell }),
  ]
  for (const row of [0, 1234, 3999]) {
    const own = index.directions.slice(row * dimensions, (row + 1) * dimensions)
    const [{ nearest, novelty }, exact] = [compare(own), exactly(own)]
    t.deepEqual([nearest, novelty], [exact.nearest, exact.novelty])
    t.is(new Set(nearest.map(({ clip }) => clip)).size, 3)
  }
  t.deepEqual(told, [])
})

tested(
  'an index of other embeddings, one that is cut, one without its library: told, and all rows compared',
  async t => {
    const index = await readIndex(nights('others.arrow', 'others'))
    await makeIndex(index)
    t.is((await indexBeside(index)).told, undefined)
    nights('others.arrow', 'changed')
    const examples = [index.file, '5', '-n', '1']
    const stale = await earshot(['similar', ...examples])
    t.regex(stale.error, /others\.arrow\.usearch is not used: it is of other embeddings than .* --make-index/)
    t.regex(stale.out, /^Most like .*, of 4000 rows \(\d+ ms\):/)
    t.is((await earshot(['similar', ...examples, '--exact'])).error, '')
    nights('others.arrow', 'others')
    const nowhere = { EARSHOT_CACHE: scratchFolder('empty'), PATH: '' }
    const missing = await earshot(['similar', ...examples], nowhere)
    t.is(missing.code, 0)
    t.regex(missing.error, /is not used: npm could not fetch usearch: there is no npm[\s\S]*npm pack usearch@/)
    const make = await earshot(['similar', index.file, '--make-index'], nowhere)
    t.is(make.code, 1)
    t.regex(make.error, /npm could not fetch usearch/)
    await t.throwsAsync(makeIndex({ ...index, file: join(folder, 'none', 'x.arrow') }), { code: 'not-writable' })
    truncateSync(`${index.file}.usearch`, readFileSync(`${index.file}.usearch`).length - 1)
    t.regex((await indexBeside(index)).told!, /is no whole index/)
    writeFileSync(`${index.file}.usearch`, '')
    t.regex((await indexBeside(index)).told!, /is no whole index/)
  },
)

test('a million rows without an index: how one is made is told; fewer need none', async t => {
  const few = await readIndex(nights('few.arrow', 'few'))
  t.deepEqual(await indexBeside(few), {})
  t.regex((await indexBeside({ ...few, rows: 1_000_001 })).told!, /^All 1,000,001 rows are compared\. .*--make-index/)
})
