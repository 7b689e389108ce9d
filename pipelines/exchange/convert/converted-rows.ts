/** Rows of an embeddings file with what other programs want beside them: places on a map, neighbours, sounds. */

import { range } from 'd3-array'
import { openEmbeddings } from '../../../data/arrow/arrow-reader.js'
import { shuffled } from '../../../graphs/streams/draws.js'
import { labelColumns } from '../../embeddings/arrow-writer.js'
import { mapLayout } from '../../embeddings/inspection/map-layout.js'
import { nearestRows } from '../../evaluation/probes/nearest-rows.js'
import { startedEngine } from '../../statistics/row-tiles.js'

export interface ConvertedRow {
  clip: string
  path: string | undefined
  /** Seconds of the file. */
  start: number | undefined
  end: number | undefined
  labels: Record<string, string | undefined>
  embedding: Float32Array
  /** On the map. */
  place?: { x: number; y: number } | undefined
  neighbours?: { rows: number[]; distances: number[] } | undefined
}

/** Rows that UMAP lays out; more rows are put among their nearest ones. */
const LAID_OUT = 4000
/** Rows laid out that stand for the place of another. */
const BETWEEN = 3

export interface Surroundings {
  places?: { x: number; y: number }[]
  neighbours?: { rows: number[]; distances: number[] }[]
}

/** One after the other, in their order. */
export async function* convertedRows(file: string, { places, neighbours }: Surroundings): AsyncGenerator<ConvertedRow> {
  const source = await openEmbeddings(file)
  const labels = labelColumns(source.columns)
  const seconds = (text: string | undefined) => (text === undefined ? undefined : Number(text))
  let row = 0
  try {
    for await (const { rows, dimensions, embedding, clips, column } of source.batches()) {
      const [paths, starts, ends] = ['path', 'start', 'end'].map(name =>
        source.columns.includes(name) ? column(name) : [],
      )
      const values = labels.map(name => [name, column(name)] as const)
      for (let at = 0; at < rows; at++, row++)
        yield {
          ...{ clip: clips[at]!, path: paths![at], start: seconds(starts![at]), end: seconds(ends![at]) },
          labels: Object.fromEntries(values.map(([name, texts]) => [name, texts[at]])),
          embedding: embedding.subarray(at * dimensions, (at + 1) * dimensions),
          ...{ place: places?.[row], neighbours: neighbours?.[row] },
        }
    }
  } finally {
    await source.close()
  }
}

/**
 * Places by UMAP, and the nearest rows of each by cosine, exact.
 *
 * @param neighbours of each row; none if 0
 * @throws Problem if the file cannot be read; `no-engine` if TensorFlow is not installed
 */
export async function surroundings(
  file: string,
  { map, neighbours, progress }: { map: boolean; neighbours: number; progress?: (done: number, all: number) => void },
): Promise<Surroundings> {
  const source = await openEmbeddings(file)
  const { rows, dimensions, embedding: values } = await source.read().finally(() => source.close())
  const all = { rows, columns: dimensions, values }
  return {
    ...(map && { places: await placesOf(all, progress) }),
    ...(neighbours > 0 && rows > 1 && { neighbours: await neighboursOf(all, Math.min(neighbours, rows - 1)) }),
  }
}

interface Embeddings {
  rows: number
  columns: number
  values: Float32Array
}

async function placesOf(all: Embeddings, progress?: (done: number, all: number) => void) {
  const order = shuffled(range(all.rows), 'rows of a map')
  const drawn = chosenRows(all, order.slice(0, LAID_OUT))
  const layout = mapLayout({ ...drawn, values: Float64Array.from(drawn.values) }, { seed: 0, progress })
  const places = new Array<{ x: number; y: number }>(all.rows)
  for (const [at, [x, y]] of layout.entries()) places[order[at]!] = { x, y }
  const others = order.slice(LAID_OUT)
  if (others.length === 0) return places
  const near = nearestRows(await startedEngine(), drawn, chosenRows(all, others), BETWEEN)
  for (const [at, row] of others.entries()) places[row] = between(layout, near, at)
  return places
}

/** The mean of the nearest places, the nearer the heavier. */
function between(
  layout: readonly [number, number][],
  { indices, similarities }: ReturnType<typeof nearestRows>,
  at: number,
) {
  let [x, y, sum] = [0, 0, 0]
  for (let k = at * BETWEEN; k < (at + 1) * BETWEEN; k++) {
    const weight = 1 / (1 - similarities[k]! + 1e-3)
    const [left, top] = layout[indices[k]!]!
    x += weight * left
    y += weight * top
    sum += weight
  }
  return { x: x / sum, y: y / sum }
}

async function neighboursOf(all: Embeddings, count: number) {
  const { indices, similarities } = nearestRows(await startedEngine(), all, all, count + 1)
  return Array.from({ length: all.rows }, (_, row) => {
    const places = Array.from({ length: count + 1 }, (_, k) => row * (count + 1) + k)
    const others = places.filter(place => indices[place] !== row).slice(0, count)
    return {
      rows: others.map(place => indices[place]!),
      distances: others.map(place => Math.max(0, 1 - similarities[place]!)),
    }
  })
}

function chosenRows({ columns, values }: Embeddings, chosen: readonly number[]): Embeddings {
  const own = new Float32Array(chosen.length * columns)
  for (const [at, row] of chosen.entries()) own.set(values.subarray(row * columns, (row + 1) * columns), at * columns)
  return { rows: chosen.length, columns, values: own }
}
