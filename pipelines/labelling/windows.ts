/** The windows that are labelled: stretches of recordings, and what a classifier knows of each. */

import { range } from 'd3-array'
import { Problem } from '../../data/problem.js'
import { someOf, streamOf } from '../../graphs/streams/draws.js'
import { type EmbeddingIndex, readIndex } from '../embeddings/search/embedding-index.js'
import { recordingOf } from '../embeddings/search/examples.js'
import { centred, principalAxes } from '../statistics/principal-axes.js'
import { type Matrix, rowsOf, timesTransposed } from '../statistics/products.js'
import { standardise } from '../statistics/standardise.js'

/** A stretch of a recording. */
export interface Stretch {
  /** As the embeddings name it. */
  recording: string
  path: string
  /** Seconds. */
  start: number
  end: number
}

export interface LabelSet {
  file: string
  /** Rows of the file, and how many of them were drawn. */
  rows: number
  /** Numbers of the rows drawn, among all. */
  chosen: readonly number[]
  index: EmbeddingIndex
  stretches: readonly Stretch[]
  features: Matrix
}

/** Wider embeddings are folded to so many columns. */
const FOLDED = 512
/** Wider ones, folded or not, are projected on so many of their principal axes, those of a sample of rows. */
const WIDEST = 256
const AXES = 128
const SAMPLE = 1000

/**
 * @param most rows; of more, so many are drawn at random
 * @throws Problem `no-times` if the embeddings name no file, start and end of a row; those of `readIndex`
 */
export async function readLabelSet(file: string, most: number): Promise<LabelSet> {
  const index = await readIndex(file)
  const chosen = someOf(index.rows, most, 'windows to label')
  const stretches = chosen.map(row => stretchOf(index, row))
  const features = narrowed(index, chosen)
  return { file, rows: index.rows, chosen, index, stretches, features }
}

function stretchOf({ file, clips, paths, starts, ends }: EmbeddingIndex, row: number): Stretch {
  const [path, start, end] = [paths[row], starts[row], ends[row]]
  if (path === undefined || start === undefined || end === undefined)
    throw new Problem('no-times', `Row ${row} says no file, start or end of its sound.`, {
      place: { file },
      hint: 'Embed the recordings with ./earshot embed, which writes the columns path, start and end.',
    })
  return { recording: recordingOf(clips[row]!), path, start, end }
}

/** What a classifier gets of some rows: each column to mean 0 and deviation 1 over all of them. */
export function narrowed(
  { directions, dimensions }: Pick<EmbeddingIndex, 'directions' | 'dimensions'>,
  chosen: readonly number[],
): Matrix {
  const all = folded({ directions, dimensions }, chosen)
  const { rows, columns } = all
  const none = { rows: 0, columns: Math.min(columns, AXES), values: new Float64Array(0) }
  if (columns <= WIDEST) return standardise(all, { ...none, columns }).train
  const step = Math.max(1, Math.floor(rows / SAMPLE))
  const sample = rowsOf(all, range(0, rows, step))
  return standardise(timesTransposed(all, principalAxes(centred(sample), AXES)), none).train
}

/**
 * The rows, and if they are wide with fewer columns: each column is added to one of them, by a sign drawn at random, which
 * leaves products of rows nearly as they are (feature hashing; Weinberger et al., ICML 2009) and costs an addition a number.
 */
function folded(
  { directions, dimensions }: Pick<EmbeddingIndex, 'directions' | 'dimensions'>,
  chosen: readonly number[],
): Matrix {
  const columns = Math.min(dimensions, FOLDED)
  const rng = streamOf('folded columns')
  const [place, sign] = [new Uint16Array(dimensions), new Int8Array(dimensions)]
  for (let k = 0; k < dimensions; k++) {
    place[k] = k < columns ? k : rng.integer(0, columns)
    sign[k] = k < columns || rng.uniform() < 0.5 ? 1 : -1
  }
  const values = new Float64Array(chosen.length * columns)
  chosen.forEach((row, at) => {
    for (let k = 0; k < dimensions; k++)
      values[at * columns + place[k]!]! += sign[k]! * directions[row * dimensions + k]!
  })
  return { rows: chosen.length, columns, values }
}
