/** Embeddings to search in: every row of an Arrow file as a direction, all in memory. */
import { Problem } from '../../../data/problem.js'
import { missingColumn } from '../arrow-missing-column.js'
import { openEmbeddings } from '../arrow-reader.js'

export interface EmbeddingIndex {
  file: string
  rows: number
  dimensions: number
  /** Schema metadata. */
  metadata: Record<string, string>
  /** Row-major rows x dimensions, each row of length 1; a row of zeros stays. */
  directions: Float32Array
  clips: string[]
  /** Seconds within the clip's file, where the file says so. */
  starts: (string | undefined)[]
  ends: (string | undefined)[]
  /** Values of the label columns asked for, a list a column. */
  labels: Map<string, (string | undefined)[]>
}

/** @throws Problem if the file or a column cannot be read, or a value is not finite */
export async function readIndex(file: string, columns: readonly string[] = []): Promise<EmbeddingIndex> {
  const source = await openEmbeddings(file)
  try {
    for (const name of columns) if (!source.columns.includes(name)) throw missingColumn(name, source.columns, file)
    const { rows, dimensions, embedding, clips, column } = await source.read()
    const none = () => new Array<undefined>(rows).fill(undefined)
    const seconds = (name: string) => (source.columns.includes(name) ? column(name) : none())
    return {
      ...{ file, rows, dimensions, clips, directions: embedding, metadata: source.metadata },
      ...{ starts: seconds('start'), ends: seconds('end') },
      labels: new Map(columns.map(name => [name, column(name)])),
      ...normalised(embedding, { rows, dimensions, clips, file }),
    }
  } finally {
    await source.close()
  }
}

/** In place. */
function normalised(
  values: Float32Array,
  { rows, dimensions, clips, file }: { rows: number; dimensions: number; clips: readonly string[]; file: string },
): { directions: Float32Array } {
  for (let row = 0; row < rows; row++) {
    const own = values.subarray(row * dimensions, (row + 1) * dimensions)
    const length = lengthOf(own)
    if (!Number.isFinite(length))
      throw new Problem('not-finite', `The embedding in row ${row} (clip ${clips[row]}) is not finite.`, {
        place: { file },
        hint: 'Embed again from a checkpoint before the training diverged.',
      })
    if (length > 0) for (let k = 0; k < dimensions; k++) own[k]! /= length
  }
  return { directions: values }
}

/** The mean direction of some rows, of length 1: what stands for a clip of several patches. */
export function meanDirection({ directions, dimensions }: EmbeddingIndex, rows: readonly number[]): Float32Array {
  const mean = new Float32Array(dimensions)
  for (const row of rows) for (let k = 0; k < dimensions; k++) mean[k]! += directions[row * dimensions + k]!
  const length = lengthOf(mean) || 1
  return mean.map(value => value / length)
}

const lengthOf = (values: Float32Array) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))
