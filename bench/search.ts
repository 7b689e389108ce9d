/**
 * What a search by example finds, and how long it takes.
 *
 *   node dist/bench/search.js found LABEL FILE.arrow [OTHER.arrow ...]    precision at 10 for 20 query sounds
 *   node dist/bench/search.js time ROWS[,ROWS] [FILE.arrow ...] [--json FILE]    exact search and that by an index
 *
 * The 20 sounds are drawn from the first file, label by label in turn; each other file holds the same clips, embedded
 * otherwise (FILE.baselines/log-mel.arrow). Told are one example, three examples of a label, and three with three of other
 * labels as counter-examples; by the nearest of them, as `similar` has it, and by their means.
 *
 * Timed are so many made-up rows of 128 numbers around 10,000 centres, and the rows of files; a query is a row, and what is
 * found are the 10 nearest other ones.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { median } from 'd3-array'
import { shuffled, streamOf } from '../graphs/streams/draws.js'
import { indexBeside, makeIndex } from '../pipelines/embeddings/search/approximate-index.js'
import { type EmbeddingIndex, readIndex } from '../pipelines/embeddings/search/embedding-index.js'
import type { Example } from '../pipelines/embeddings/search/examples.js'
import { similarities } from '../pipelines/embeddings/search/most-similar.js'
import { best, bestLike, likeness } from '../pipelines/embeddings/search/search.js'
import { mean } from '../pipelines/statistics/mean.js'

import { rounded, tellRows } from './tell-rows.js'

const [QUERIES, K] = [20, 10] as const
/** Queries that are timed. */
const ASKED = 30

interface Query {
  label: string
  examples: readonly number[]
  others: readonly number[]
}

async function found(label: string, files: readonly string[]): Promise<void> {
  const first = await readIndex(files[0]!, [label])
  const labels = first.labels.get(label)!
  const queries = drawQueries(labels)
  const chance = mean(queries, query => labels.filter(one => one === query.label).length / labels.length)
  process.stdout.write(`precision at ${K}, ${queries.length} queries, chance ${percent(chance)}\n`)
  for (const file of files) {
    const index = await readIndex(file, [label])
    if (index.labels.get(label)!.some((one, row) => one !== labels[row])) throw new Error(`${file} holds other clips.`)
    const share = (count: number, counters: number, scores: typeof likeness) =>
      mean(queries, query => precision(index, query, { count, counters, scores }))
    const figures = [
      share(1, 0, likeness),
      ...[likeness, byMeans].flatMap(scores => [share(3, 0, scores), share(3, 3, scores)]),
    ]
    const names = ['1', '3', '3, not 3', 'means of 3', 'means of 3, less 3']
    process.stdout.write(`${file}: ${names.map((name, at) => `${name}: ${percent(figures[at]!)}`).join('; ')}\n`)
  }
}

function precision(
  index: EmbeddingIndex,
  { label, examples, others }: Query,
  { count, counters, scores }: { count: number; counters: number; scores: typeof likeness },
): number {
  const of = (rows: readonly number[]): Example[] =>
    rows.map(row => ({
      name: '',
      rows: [row],
      direction: index.directions.slice(row * index.dimensions, (row + 1) * index.dimensions),
    }))
  const own = [...examples, ...others] // for all alike
  const found = best(index, scores(index, of(examples.slice(0, count)), of(others.slice(0, counters))), {
    count: K,
    own,
  })
  return found.filter(({ row }) => [...index.labels.values()][0]![row] === label).length / K
}

/** Cosine to the mean of the examples, less that to the mean of the counter-examples. */
function byMeans(index: EmbeddingIndex, examples: readonly Example[], counters: readonly Example[]): Float32Array {
  const direction = new Float32Array(index.dimensions)
  for (const [some, sign] of [
    [examples, 1],
    [counters, -1],
  ] as const)
    for (const { direction: own } of some)
      for (let k = 0; k < direction.length; k++) direction[k]! += (sign * own[k]!) / some.length
  return similarities(index, direction)
}

function drawQueries(labels: readonly (string | undefined)[]): Query[] {
  const rows = shuffled(
    [...labels.keys()].filter(row => labels[row]),
    'queries',
  )
  const names = [...new Set(rows.map(row => labels[row]!))].sort()
  return Array.from({ length: QUERIES }, (_, at) => {
    const label = names[at % names.length]!
    const own = rows.filter(row => labels[row] === label)
    const start = 3 * Math.floor(at / names.length)
    const others = shuffled(
      rows.filter(row => labels[row] !== label),
      `others ${at}`,
    )
    return { label, examples: own.slice(start, start + 3), others: others.slice(0, 3) }
  })
}

/** Rows around centres: 10,000 directions, each row one of them and as much of another. */
function madeUp(rows: number, dimensions = 128): EmbeddingIndex {
  const rng = streamOf('search time')
  const centres = new Float32Array(10_000 * dimensions)
  rng.fillNormal(centres, dimensions ** -0.5)
  const directions = new Float32Array(rows * dimensions)
  rng.fillNormal(directions, dimensions ** -0.5)
  for (let row = 0; row < rows; row++) {
    const [own, centre] = [row * dimensions, rng.integer(0, 10_000) * dimensions]
    let length = 0
    for (let k = 0; k < dimensions; k++) {
      directions[own + k]! += centres[centre + k]!
      length += directions[own + k]! ** 2
    }
    for (let k = 0; k < dimensions; k++) directions[own + k]! /= Math.sqrt(length)
  }
  const none = new Array<undefined>(rows).fill(undefined)
  const clips = Array.from({ length: rows }, (_, row) => String(row))
  const places = { paths: none, starts: none, ends: none, labels: new Map() }
  return { file: 'made up', metadata: {}, rows, dimensions, directions, clips, ...places }
}

/** Both searches, for rows that are drawn: times of one, and how many of the 10 exact ones the index finds. */
async function timed(embeddings: EmbeddingIndex) {
  const folder = mkdtempSync(join(tmpdir(), 'earshot-search-'))
  const { rows, dimensions, directions, file } = embeddings
  try {
    const index = { ...embeddings, file: join(folder, 'rows.arrow') }
    const [began, cpu] = [performance.now(), process.cpuUsage()]
    const made = await makeIndex(index)
    const making = [performance.now() - began, (process.cpuUsage(cpu).user + process.cpuUsage(cpu).system) / 1000]
    const beganReading = performance.now()
    const { near, told } = await indexBeside(index)
    const reading = performance.now() - beganReading
    if (!near) throw new Error(told)
    const rng = streamOf('queries')
    const searches = Array.from({ length: ASKED }, () => {
      const own = rng.integer(0, rows)
      const example = { name: '', rows: [own], direction: directions.slice(own * dimensions, (own + 1) * dimensions) }
      const run = (by?: typeof near) => {
        const start = performance.now()
        const found = bestLike(index, [example], [], { count: K, own: [own], near: by })
        return { found: new Set(found.map(({ row }) => row)), time: performance.now() - start }
      }
      const [exact, approximate] = [run(), run(near)]
      const share = [...exact.found].filter(row => approximate.found.has(row)).length / K
      return { exact: exact.time, approximate: approximate.time, share }
    })
    return {
      embeddings: file,
      ...{ rows, numbers: dimensions },
      'exact, ms': rounded(median(searches, ({ exact }) => exact)!),
      'by the index, ms': rounded(median(searches, ({ approximate }) => approximate)!),
      'recall at 10': rounded(mean(searches, ({ share }) => share)),
      'made in, s': rounded(making[0]! / 1000),
      'of a processor, s': rounded(making[1]! / 1000),
      'read in, s': rounded(reading / 1000),
      MB: rounded(statSync(made).size / 1e6),
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`

const { values: given, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'string' } } })
const [what, first, ...files] = positionals
if (what === 'time') {
  const rows: Awaited<ReturnType<typeof timed>>[] = []
  for (const count of first!.split(',')) rows.push(await timed(madeUp(Number(count))))
  for (const file of files) rows.push({ ...(await timed(await readIndex(file))), embeddings: basename(file) })
  tellRows(rows, given.json, `medians of ${ASKED} queries; recall beside the exact search; made by all processors`)
} else await found(first!, files)
