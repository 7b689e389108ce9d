/**
 * What a search by example finds, and how long it takes.
 *
 *   node dist/bench/search.js found LABEL FILE.arrow [OTHER.arrow ...]    precision at 10 for 20 query sounds
 *   node dist/bench/search.js time ROWS [DIMENSIONS]                      exact search over random rows
 *
 * The 20 sounds are drawn from the first file, label by label in turn; each other file holds the same clips, embedded
 * otherwise (FILE.baselines/log-mel.arrow). Told are one example, three examples of a label, and three with three of other
 * labels as counter-examples; by the nearest of them, as `similar` has it, and by their means.
 */
import { shuffled, streamOf } from '../graphs/streams/draws.js'
import { type EmbeddingIndex, readIndex } from '../pipelines/embeddings/search/embedding-index.js'
import type { Example } from '../pipelines/embeddings/search/examples.js'
import { similarities } from '../pipelines/embeddings/search/most-similar.js'
import { best, likeness } from '../pipelines/embeddings/search/search.js'
import { mean } from '../pipelines/statistics/mean.js'

const [QUERIES, K] = [20, 10] as const

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

function time(rows: number, dimensions: number): void {
  const rng = streamOf('search time')
  const directions = new Float32Array(rows * dimensions)
  rng.fillNormal(directions, dimensions ** -0.5)
  const none = new Array<undefined>(rows).fill(undefined)
  const clips = Array.from({ length: rows }, (_, row) => String(row))
  const index: EmbeddingIndex = {
    file: '',
    metadata: {},
    rows,
    dimensions,
    directions,
    clips,
    paths: none,
    starts: none,
    ends: none,
    labels: new Map(),
  }
  const times = Array.from({ length: 7 }, (_, at) => {
    const query = { name: '', rows: [at], direction: directions.slice(at * dimensions, (at + 1) * dimensions) }
    const began = performance.now()
    best(index, likeness(index, [query], []), { count: 10, own: [at] })
    return performance.now() - began
  })
  process.stdout.write(`${rows} rows of ${dimensions}: ${times.map(one => one.toFixed(0)).join(', ')} ms a query\n`)
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`

const [what, ...words] = process.argv.slice(2)
if (what === 'time') time(Number(words[0]), Number(words[1] ?? 128))
else await found(words[0]!, words.slice(1))
