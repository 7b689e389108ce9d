/** Exact search by cosine: a pass over all rows. */
import { rowTiles, startedEngine, TILE } from '../../statistics/row-tiles.js'
import type { EmbeddingIndex } from './embedding-index.js'

export interface Found {
  row: number
  /** Cosine, -1 to 1. */
  similarity: number
}

/**
 * The rows most similar to a direction, in falling order; of equals the first row comes first.
 *
 * @param query of length 1, as wide as the index
 * @param skip rows that do not take part
 */
export function mostSimilar(
  { directions, dimensions, rows }: EmbeddingIndex,
  query: Float32Array,
  { count, skip = () => false }: { count: number; skip?: (row: number) => boolean },
): Found[] {
  const found: Found[] = []
  for (let row = 0; row < rows; row++) {
    const similarity = cosine(directions, row * dimensions, query)
    if (reaches(found, count, similarity) && !skip(row)) insert(found, count, { row, similarity })
  }
  return found
}

/** The product of each row, or of some rows, with a direction: its cosine if that is of length 1. */
export function similarities(
  { directions, dimensions, rows }: EmbeddingIndex,
  direction: Float32Array,
  some?: readonly number[],
): Float32Array {
  const products = new Float32Array(some?.length ?? rows)
  for (let at = 0; at < products.length; at++)
    products[at] = cosine(directions, (some ? some[at]! : at) * dimensions, direction)
  return products
}

/** Multiplications from which TensorFlow is faster, its start included. */
const HEAVY = 2 ** 31
/** Queries at a time: their products with a tile are 4 MB. */
const QUERIES = 128

/**
 * The rows most similar to each of some rows, as `mostSimilar` finds them; by TensorFlow where that is much to compare.
 *
 * @param skip rows that do not take part for a query
 * @throws Problem `no-engine` if there is much to compare and TensorFlow is not installed
 */
export async function mostSimilarToEach(
  index: EmbeddingIndex,
  queries: readonly number[],
  { count, skip }: { count: number; skip: (query: number, row: number) => boolean },
): Promise<Found[][]> {
  const { directions, dimensions, rows } = index
  if (queries.length * rows * dimensions < HEAVY)
    return queries.map(query => {
      const direction = directions.subarray(query * dimensions, (query + 1) * dimensions)
      return mostSimilar(index, direction, { count, skip: row => skip(query, row) })
    })
  const engine = await startedEngine()
  const known = rowTiles(engine, { rows, columns: dimensions, values: directions })
  const asked = rowTiles(engine, { rows, columns: dimensions, values: directions }, { size: QUERIES, order: queries })
  const found: Found[][] = queries.map(() => [])
  try {
    for (const [block, question] of asked.tiles.entries())
      for (const [tile, own] of known.tiles.entries()) {
        const product = engine.tf.matMul(question, own, false, true)
        const similarities = product.dataSync<'float32'>()
        product.dispose()
        const width = own.shape[0]!
        for (let at = 0; at < similarities.length; at++) {
          const place = block * QUERIES + Math.floor(at / width)
          const row = tile * TILE + (at % width)
          if (reaches(found[place]!, count, similarities[at]!) && !skip(queries[place]!, row))
            insert(found[place]!, count, { row, similarity: similarities[at]! })
        }
      }
  } finally {
    known.dispose()
    asked.dispose()
  }
  return found
}

/** Whether a similarity is among the `count` largest. */
const reaches = (found: readonly Found[], count: number, similarity: number) =>
  found.length < count || similarity > found[count - 1]!.similarity

function insert(found: Found[], count: number, one: Found): void {
  let at = found.length
  while (at > 0 && found[at - 1]!.similarity < one.similarity) at--
  found.splice(at, 0, one)
  if (found.length > count) found.pop()
}

/** Σ x[start + k] q[k], four sums at a time. */
function cosine(x: Float32Array, start: number, q: Float32Array): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0]
  const even = q.length - (q.length % 4)
  for (let k = 0; k < even; k += 4) {
    s0 += x[start + k]! * q[k]!
    s1 += x[start + k + 1]! * q[k + 1]!
    s2 += x[start + k + 2]! * q[k + 2]!
    s3 += x[start + k + 3]! * q[k + 3]!
  }
  for (let k = even; k < q.length; k++) s0 += x[start + k]! * q[k]!
  return s0 + s1 + s2 + s3
}
