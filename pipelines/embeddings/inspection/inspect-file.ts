/** What there is to say about an embeddings file, from one reading. */

import { EigenvalueDecomposition, Matrix } from 'ml-matrix'
import { openEmbeddings } from '../../../data/arrow/arrow-reader.js'
import { effectiveRank } from '../../model/collapse.js'
import { rowsOf, timesTransposed, transposed } from '../../statistics/products.js'
import { recordingOf } from '../search/examples.js'
import { type Breach, type Field, fieldsOf, RowRules, readSchema, schemaBreaches } from './contract.js'
import { nearDuplicates } from './near-duplicates.js'

/** Rows, evenly drawn, that the effective rank is taken of at most. */
export const RANK_ROWS = 512

export interface Inspection {
  file: string
  rows: number
  clips: number
  /** Fewer than rows where these are windows. */
  recordings: number
  dimensions: number
  columns: Field[]
  metadata: Record<string, string>
  breaches: Breach[]
  /** Lengths of the embeddings. */
  norms: { least: number; mean: number; most: number; zero: number }
  /** Dimensions with one value throughout. */
  dead: number[]
  /**
   * Of the embeddings at length 1, not centred, as training watches it: from 1, all alike. `rankRows` are those it is of.
   */
  rank: number
  rankRows: number
  /** Rows of one recording that overlap or lie beside each other are no copies. */
  near: {
    threshold: number
    count: number
    cut: boolean
    /** The most alike. */
    pairs: { cosine: number; a: string; b: string; rows: [number, number] }[]
  }
}

/**
 * @param threshold cosine from which two rows count as near-duplicates
 * @throws Problem as `openEmbeddings`, or `no-engine` if there are many rows and TensorFlow is not installed
 */
export async function inspectFile(file: string, threshold: number): Promise<Inspection> {
  const source = await openEmbeddings(file)
  try {
    const schema = await readSchema(file)
    const { rows, dimensions, metadata, columns } = source
    const rules = new RowRules(metadata['earshot.level'])
    const unit = new Float32Array(rows * dimensions)
    const norms = new Float64Array(rows)
    const low = new Float32Array(dimensions).fill(Number.POSITIVE_INFINITY)
    const high = new Float32Array(dimensions).fill(Number.NEGATIVE_INFINITY)
    const clips: string[] = []
    const spans: [start: number, end: number][] = []
    for await (const batch of source.batches()) {
      const [starts, ends] = ['start', 'end'].map(name => (columns.includes(name) ? batch.column(name) : []))
      for (let at = 0; at < batch.rows; at++) {
        const row = clips.push(batch.clips[at]!) - 1
        const embedding = batch.embedding.subarray(at * dimensions, (at + 1) * dimensions)
        norms[row] = measure(embedding, low, high)
        const finite = Number.isFinite(norms[row]!)
        if (finite && norms[row]! > 0)
          for (let k = 0; k < dimensions; k++) unit[row * dimensions + k] = embedding[k]! / norms[row]!
        const [start, end] = [seconds(starts![at]), seconds(ends![at])]
        spans.push([start ?? 0, end ?? 0])
        rules.row(row, clips[row]!, start, end, finite)
      }
    }
    const recordings = clips.map(recordingOf)
    const apart = (a: number, b: number) => recordings[a] !== recordings[b] || !areNeighbours(spans[a]!, spans[b]!)
    const near = await nearDuplicates(unit, dimensions, threshold, apart)
    return {
      ...{
        file,
        rows,
        clips: new Set(clips).size,
        recordings: new Set(recordings).size,
        dimensions,
        columns: fieldsOf(schema),
        metadata,
      },
      breaches: [...schemaBreaches(schema), ...rules.breaches],
      norms: summary(norms.filter(Number.isFinite)),
      dead: rows > 1 ? [...low.keys()].filter(k => !(high[k]! > low[k]!)) : [],
      ...rankOf(unit, dimensions),
      near: {
        ...{ threshold, count: near.count, cut: near.cut },
        pairs: near.pairs.map(({ a, b, cosine }) => ({ cosine, a: clips[a]!, b: clips[b]!, rows: [a, b] })),
      },
    }
  } finally {
    await source.close()
  }
}

/** Stretches of one recording that overlap, or have no more than their own length between them. */
const areNeighbours = ([a, b]: readonly [number, number], [c, d]: readonly [number, number]) =>
  Math.max(a, c) - Math.min(b, d) <= Math.min(b - a, d - c)

const seconds = (text: string | undefined) => (text === undefined ? undefined : Number(text))

/** Length of an embedding; moves the ends of each dimension. */
function measure(embedding: Float32Array, low: Float32Array, high: Float32Array): number {
  let sum = 0
  for (let k = 0; k < embedding.length; k++) {
    const value = embedding[k]!
    sum += value * value
    if (value < low[k]!) low[k] = value
    if (value > high[k]!) high[k] = value
  }
  return Math.sqrt(sum)
}

function summary(norms: Float64Array): Inspection['norms'] {
  let [least, most, sum, zero] = [Number.POSITIVE_INFINITY, 0, 0, 0]
  for (const norm of norms) {
    least = Math.min(least, norm)
    most = Math.max(most, norm)
    sum += norm
    if (norm === 0) zero++
  }
  return { least: norms.length > 0 ? least : 0, mean: norms.length > 0 ? sum / norms.length : 0, most, zero }
}

/** By the eigenvalues of the products of rows, or of dimensions, whichever are fewer. */
function rankOf(unit: Float32Array, columns: number): { rank: number; rankRows: number } {
  const all = unit.length / columns
  const count = Math.min(all, RANK_ROWS)
  const spread = Array.from({ length: count }, (_, at) => Math.floor((at * all) / count))
  const rows = rowsOf({ rows: all, columns, values: unit }, spread)
  const fewer = count <= columns ? rows : transposed(rows)
  const gram = timesTransposed(fewer, fewer)
  const singular = eigenvalues(gram.values, gram.rows).map(value => Math.sqrt(Math.max(0, value)))
  return { rank: effectiveRank(singular), rankRows: count }
}

/**
 * Eigenvalues of a symmetric matrix, largest first.
 *
 * @param matrix row-major side x side; left as it is
 */
export function eigenvalues(matrix: Float64Array, side: number): Float64Array {
  if (side === 0) return new Float64Array(0)
  const rows = Matrix.from1DArray(side, side, matrix)
  const { realEigenvalues } = new EigenvalueDecomposition(rows, { assumeSymmetric: true })
  return Float64Array.from(realEigenvalues).sort().reverse()
}
