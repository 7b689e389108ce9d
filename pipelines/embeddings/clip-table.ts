/** An embeddings file at clip level: one embedding a clip, with the columns that were asked for. */

import { openEmbeddings } from '../../data/arrow/arrow-reader.js'
import { missingColumn } from '../../data/nearest-name.js'
import { Problem } from '../../data/problem.js'
import type { Matrix } from '../statistics/products.js'

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
    const clips = new Map<string, Entry>()
    const sums = new Sums(dimensions, source.rows)
    let row = 0
    for await (const batch of source.batches()) {
      const values = wanted.map(name => batch.column(name))
      const paths = columns.includes('path') ? batch.column('path') : []
      for (let at = 0; at < batch.rows; at++, row++) {
        const clip = batch.clips[at]!
        const seen = clips.get(clip)
        const entry = seen ?? { number: clips.size, count: 0, path: paths[at], values: values.map(list => list[at]) }
        if (!seen) clips.set(clip, entry)
        else
          values.forEach((list, column) => {
            if (list[at] !== entry.values[column])
              throw twoValues(file, clip, wanted[column]!, entry.values[column], list[at])
          })
        const wrong = sums.add(entry.number, batch.embedding, at * dimensions)
        if (wrong !== undefined) throw notFinite(file, row, clip, wrong)
        entry.count++
      }
    }
    const entries = [...clips.values()]
    return {
      file,
      metadata,
      columns,
      rows: row,
      clips: [...clips.keys()],
      paths: entries.map(entry => entry.path),
      features: sums.means(entries.map(entry => entry.count)),
      values: new Map(wanted.map((name, column) => [name, entries.map(entry => entry.values[column])])),
    }
  } finally {
    await source.close()
  }
}

interface Entry {
  /** In order of first appearance. */
  number: number
  /** Rows of the clip. */
  count: number
  path: string | undefined
  values: (string | undefined)[]
}

/** Numbers that room is kept for from the beginning; what is never written costs no memory. */
const ROOM = 2 ** 26

/** Sums of embeddings, a row a clip; grows with the clips, for a file may hold many rows of each. */
class Sums {
  #values: Float64Array

  /** @param most clips there may be */
  constructor(
    private readonly dimensions: number,
    private readonly most: number,
  ) {
    this.#values = new Float64Array(Math.min(most, Math.ceil(ROOM / dimensions)) * dimensions)
  }

  /** @returns the first number that is not finite, if there is one */
  add(clip: number, embedding: Float32Array, from: number): number | undefined {
    const { dimensions } = this
    const start = clip * dimensions
    if (start === this.#values.length) {
      const grown = new Float64Array(Math.min(2 * clip, this.most) * dimensions)
      grown.set(this.#values)
      this.#values = grown
    }
    const sums = this.#values
    for (let k = 0; k < dimensions; k++) {
      const value = embedding[from + k]!
      if (!Number.isFinite(value)) return value
      sums[start + k]! += value
    }
    return undefined
  }

  /** Ends the sums. @param counts rows of each clip */
  means(counts: readonly number[]): Matrix {
    const { dimensions } = this
    const values = this.#values.subarray(0, counts.length * dimensions)
    counts.forEach((count, clip) => {
      if (count > 1) for (let k = clip * dimensions; k < (clip + 1) * dimensions; k++) values[k]! /= count
    })
    return { rows: counts.length, columns: dimensions, values }
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
