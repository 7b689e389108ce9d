/** An embeddings file at clip level: one embedding a clip, with the columns that were asked for. */
import { Problem } from '../../data/problem.js'
import { missingColumn } from '../embeddings/arrow-missing-column.js'
import { openEmbeddings } from '../embeddings/arrow-reader.js'
import type { Matrix } from './products.js'

export interface ClipTable {
  file: string
  metadata: Record<string, string>
  /** Columns of the file, `embedding` apart. */
  columns: string[]
  /** Rows of the file: more than clips where patches or frames were embedded. */
  rows: number
  /** In order of first appearance. */
  clips: string[]
  paths: (string | undefined)[]
  /** Clips x D: the mean over the rows of a clip. */
  features: Matrix
  /** One of the columns read, a value a clip. */
  values: Map<string, (string | undefined)[]>
}

/**
 * Averages the rows of each clip.
 *
 * @param wanted columns to read beside the embeddings
 * @throws Problem if a column is absent, an embedding is not finite, or a clip has two values in one column
 */
export async function readClipTable(file: string, wanted: readonly string[] = []): Promise<ClipTable> {
  const source = await openEmbeddings(file)
  try {
    const { dimensions, columns, metadata } = source
    for (const name of wanted) if (!columns.includes(name)) throw missingColumn(name, columns, file)
    const clips = new Map<
      string,
      { sums: Float64Array; count: number; path?: string; values: (string | undefined)[] }
    >()
    let row = 0
    for await (const batch of source.batches()) {
      const values = wanted.map(name => batch.column(name))
      const paths = columns.includes('path') ? batch.column('path') : []
      for (let at = 0; at < batch.rows; at++, row++) {
        const clip = batch.clips[at]!
        const seen = clips.get(clip)
        const entry = seen ?? { sums: new Float64Array(dimensions), count: 0, values: values.map(list => list[at]) }
        if (!seen) {
          if (paths[at] !== undefined) entry.path = paths[at]
          clips.set(clip, entry)
        } else
          values.forEach((list, column) => {
            if (list[at] !== entry.values[column])
              throw twoValues(file, clip, wanted[column]!, entry.values[column], list[at])
          })
        for (let k = 0, from = at * dimensions; k < dimensions; k++) {
          const value = batch.embedding[from + k]!
          if (!Number.isFinite(value)) throw notFinite(file, row, clip, value)
          entry.sums[k]! += value
        }
        entry.count++
      }
    }
    const entries = [...clips.values()]
    const features = {
      rows: entries.length,
      columns: dimensions,
      values: new Float64Array(entries.length * dimensions),
    }
    entries.forEach(({ sums, count }, at) => {
      features.values.set(
        sums.map(sum => sum / count),
        at * dimensions,
      )
    })
    return {
      file,
      metadata,
      columns,
      rows: row,
      clips: [...clips.keys()],
      paths: entries.map(entry => entry.path),
      features,
      values: new Map(wanted.map((name, column) => [name, entries.map(entry => entry.values[column])])),
    }
  } finally {
    await source.close()
  }
}

const notFinite = (file: string, row: number, clip: string, value: number) =>
  new Problem('not-finite', `The embedding in row ${row} (clip ${clip}) holds ${value}.`, {
    place: { file },
    hint: 'A probe on such numbers says nothing. Embed again from a checkpoint before the training diverged.',
  })

const twoValues = (file: string, clip: string, column: string, one: string | undefined, other: string | undefined) =>
  new Problem(
    'two-values',
    `The clip ${clip} has two values of '${column}': ${one ?? 'none'} and ${other ?? 'none'}.`,
    {
      place: { file },
      hint: 'Rows of one clip are averaged, so they need one label. Give pieces with labels of their own clip names of their own.',
    },
  )
