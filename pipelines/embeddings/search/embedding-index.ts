/** Embeddings to search in: every row of an Arrow file as a direction, all in memory. */

import { openEmbeddings } from '../../../data/arrow/arrow-reader.js'
import { missingColumn } from '../../../data/nearest-name.js'
import { Problem } from '../../../data/problem.js'

export interface EmbeddingIndex {
  file: string
  rows: number
  dimensions: number
  /** Schema metadata. */
  metadata: Record<string, string>
  /** Row-major rows x dimensions, each row of length 1; a row of zeros stays. */
  directions: Float32Array
  clips: string[]
  /** Sound file of each row, and the seconds of it that the row speaks of, where the file says so. */
  paths: (string | undefined)[]
  starts: (number | undefined)[]
  ends: (number | undefined)[]
  /** Values of the label columns asked for, a list a column. */
  labels: Map<string, (string | undefined)[]>
}

/** @throws Problem if the file or a column cannot be read, or a value is not finite */
export async function readIndex(file: string, columns: readonly string[] = []): Promise<EmbeddingIndex> {
  const source = await openEmbeddings(file)
  try {
    for (const name of columns) if (!source.columns.includes(name)) throw missingColumn(name, source.columns, file)
    const { rows, dimensions, metadata } = source
    const index: EmbeddingIndex = {
      ...{ file, rows, dimensions, metadata, directions: new Float32Array(rows * dimensions) },
      ...{ clips: [], paths: [], starts: [], ends: [], labels: new Map(columns.map(name => [name, []])) },
    }
    for await (const batch of source.batches()) {
      const column = (name: string) =>
        source.columns.includes(name) ? batch.column(name) : new Array<undefined>(batch.rows).fill(undefined)
      index.directions.set(batch.embedding, index.clips.length * dimensions)
      append(index.clips, batch.clips)
      append(index.paths, column('path'))
      append(index.starts, column('start').map(seconds))
      append(index.ends, column('end').map(seconds))
      for (const [name, values] of index.labels) append(values, batch.column(name))
    }
    normalise(index)
    return index
  } finally {
    await source.close()
  }
}

/** `push(...)` has too many arguments for a large batch. */
function append<Value>(to: Value[], more: readonly Value[]): void {
  for (const value of more) to.push(value)
}

const seconds = (text: string | undefined) => (text === undefined ? undefined : Number(text))

/** Each row to length 1, in place. */
function normalise({ directions, rows, dimensions, clips, file }: EmbeddingIndex): void {
  for (let row = 0; row < rows; row++) {
    const own = directions.subarray(row * dimensions, (row + 1) * dimensions)
    const length = lengthOf(own)
    if (!Number.isFinite(length))
      throw new Problem('not-finite', `The embedding in row ${row} (clip ${clips[row]}) is not finite.`, {
        place: { file },
        hint: 'Embed again from a checkpoint before the training diverged.',
      })
    if (length > 0) for (let k = 0; k < dimensions; k++) own[k]! /= length
  }
}

/** The mean direction of some rows, of length 1: what stands for a clip of several patches. */
export function meanDirection({ directions, dimensions }: EmbeddingIndex, rows: readonly number[]): Float32Array {
  const mean = new Float32Array(dimensions)
  for (const row of rows) for (let k = 0; k < dimensions; k++) mean[k]! += directions[row * dimensions + k]!
  return atLengthOne(mean)
}

/** The direction of an embedding; one of zeros stays. */
export function atLengthOne(embedding: Float32Array): Float32Array {
  const length = lengthOf(embedding) || 1
  return embedding.map(value => value / length)
}

function lengthOf(values: Float32Array): number {
  let sum = 0
  for (let k = 0; k < values.length; k++) sum += values[k]! * values[k]!
  return Math.sqrt(sum)
}
