/** What live sound is compared with: labelled embeddings, the nearest of them, a classifier on them, and novelty. */

import { Problem } from '../../data/problem.js'
import { indexBeside, type NearRows } from '../embeddings/search/approximate-index.js'
import { atLengthOne, type EmbeddingIndex, readIndex } from '../embeddings/search/embedding-index.js'
import { demandSameEncoder } from '../embeddings/search/same-encoder.js'
import { logisticRegression } from '../evaluation/probes/logistic-regression.js'
import { softmax } from '../statistics/links.js'
import { rowsOf } from '../statistics/products.js'

export interface Near {
  clip: string
  /** Cosine, -1 to 1. */
  similarity: number
  label: string | undefined
}

export interface Comparison {
  /** In falling order of the cosine, each clip once. */
  nearest: Near[]
  /** Share of known sounds that are nearer to their own nearest one than this is to its own: from 0.95, say, it is new. */
  novelty: number
  /** Of each label, by logistic regression (C = 1); none without labels. They add up to 1. */
  scores: Record<string, number>
}

export interface KnownOptions {
  /** Embeddings by the same encoder. */
  file: string
  /** Column of their labels. */
  label: string | undefined
  /** How many of the nearest are told. */
  count: number
  /** What listens: its name, the width and the metadata of its embeddings. */
  listener: Parameters<typeof demandSameEncoder>[0]
  /** Told how an index would make it faster, or why one is not used. */
  tell(sentence: string): void
}

/** Known sounds whose own nearest one is looked for, evenly drawn: novelty is measured on these. */
const SAMPLE = 256

/**
 * @returns what compares an embedding with the known ones
 * @throws Problem `other-encoder`, `other-readout`, `no-labels`, and as files of embeddings are read
 */
export async function readKnown(options: KnownOptions): Promise<(embedding: Float32Array) => Comparison> {
  const { file, label, count } = options
  const index = await readIndex(file, label === undefined ? [] : [label])
  demandSameEncoder(index, options.listener)
  const labels = label === undefined ? [] : index.labels.get(label)!
  const scoresOf = label === undefined ? () => ({}) : await classifier(index, labels, label)
  const { near, told } = await indexBeside(index)
  if (told !== undefined) options.tell(told)
  const usual = usualDistances(index, near)
  return embedding => {
    const direction = atLengthOne(embedding)
    const nearest = nearestClips(index, direction, { count, near }).map(({ row, similarity }) => ({
      ...{ clip: index.clips[row]!, similarity, label: labels[row] },
    }))
    const own = nearest[0]?.similarity ?? -1
    const nearer = usual.filter(similarity => similarity > own).length
    return { nearest, novelty: usual.length > 0 ? nearer / usual.length : 0, scores: scoresOf(direction) }
  }
}

/** Rows of which an index gives the nearest, for each clip that is told; and the share of all above which all are compared. */
const [ROWS_A_CLIP, MOST] = [16, 1 / 16]

interface Wanted {
  count: number
  /** A clip that is not wanted. */
  except?: string | undefined
  near: NearRows | undefined
}

/** The best rows, one a clip: of ever more rows that an index gives, until there are enough, or of all. */
function nearestClips(index: EmbeddingIndex, direction: Float32Array, { count, except, near }: Wanted) {
  for (let most = ROWS_A_CLIP * count; near && most <= MOST * index.rows; most *= 4) {
    const found = bestOf(near(direction, most), index, direction, { count, except })
    if (found.length === count) return found
  }
  return bestOf(index.clips.keys(), index, direction, { count, except })
}

function bestOf(
  rows: Iterable<number>,
  { directions, dimensions, clips }: EmbeddingIndex,
  direction: Float32Array,
  { count, except }: Omit<Wanted, 'near'>,
): { row: number; similarity: number }[] {
  const best: { row: number; similarity: number }[] = []
  for (const row of rows) {
    if (clips[row] === except) continue
    const similarity = product(directions, row * dimensions, direction)
    if (best.length >= count && similarity <= best[count - 1]!.similarity) continue
    const same = best.findIndex(one => clips[one.row] === clips[row])
    if (same >= 0 && best[same]!.similarity >= similarity) continue
    if (same >= 0) best.splice(same, 1)
    const place = best.findIndex(one => one.similarity < similarity)
    best.splice(place < 0 ? best.length : place, 0, { row, similarity })
    best.length = Math.min(best.length, count)
  }
  return best
}

/** Cosine of each sampled known sound to the nearest other clip. */
function usualDistances(index: EmbeddingIndex, near: NearRows | undefined): number[] {
  const { rows, dimensions, directions, clips } = index
  const count = Math.min(rows, SAMPLE)
  return Array.from({ length: count }, (_, at) => Math.floor((at * rows) / count)).flatMap(row => {
    const own = directions.subarray(row * dimensions, (row + 1) * dimensions)
    return nearestClips(index, own, { count: 1, except: clips[row], near }).map(({ similarity }) => similarity)
  })
}

/** Logistic regression on the labelled rows; being linear, its answers to zero and to the unit vectors are its weights. */
async function classifier(index: EmbeddingIndex, labels: readonly (string | undefined)[], column: string) {
  const { dimensions } = index
  const rows = labels.flatMap((label, row) => (label === undefined ? [] : [row]))
  const classes = [...new Set(rows.map(row => labels[row]!))].sort()
  if (classes.length < 2)
    throw new Problem('no-labels', `'${column}' has ${classes.length} different values; scores need two classes.`, {
      place: { file: index.file },
    })
  const unit = new Float64Array((dimensions + 1) * dimensions)
  for (let k = 0; k < dimensions; k++) unit[(k + 1) * dimensions + k] = 1
  const truth = {
    classes: classes.length,
    exclusive: true,
    sets: rows.map(row => [classes.indexOf(labels[row]!)]),
  }
  const [answers] = await logisticRegression(
    rowsOf({ rows: index.rows, columns: dimensions, values: index.directions }, rows),
    truth,
    { rows: dimensions + 1, columns: dimensions, values: unit },
    { strengths: [1], tolerance: 1e-5 },
  )
  const at = (row: number, c: number) => answers!.values[row * classes.length + c]!
  const bias = classes.map((_, c) => at(0, c))
  const weights = classes.map((_, c) => Float32Array.from({ length: dimensions }, (_, k) => at(k + 1, c) - bias[c]!))
  return (direction: Float32Array): Record<string, number> => {
    const logits = classes.map((_, c) => bias[c]! + product(weights[c]!, 0, direction))
    const shares = softmax(logits)
    return Object.fromEntries(classes.map((name, c) => [name, shares[c]!]))
  }
}

function product(values: Float32Array, from: number, other: Float32Array): number {
  let sum = 0
  for (let k = 0; k < other.length; k++) sum += values[from + k]! * other[k]!
  return sum
}
