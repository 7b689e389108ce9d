/** Exact search by cosine: a pass over all rows. */
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
    if (found.length === count && similarity <= found[count - 1]!.similarity) continue
    if (skip(row)) continue
    let at = found.length
    while (at > 0 && found[at - 1]!.similarity < similarity) at--
    found.splice(at, 0, { row, similarity })
    if (found.length > count) found.pop()
  }
  return found
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
