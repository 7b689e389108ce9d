/** Embeddings as a table for R and spreadsheets. */
import { closeSync, openSync, writeSync } from 'node:fs'
import { writeDelimited } from '../../../data/manifests/delimited.js'
import type { ConvertedRow } from './converted-rows.js'

/**
 * A line a row: clip, path, start, end, labels, x and y if there is a map, then e1, e2, ... An absent value is empty.
 *
 * @param dimensions written; none where the numbers lie elsewhere
 */
export async function writeCsv(
  file: string,
  rows: AsyncIterable<ConvertedRow>,
  { labels, dimensions, map }: { labels: readonly string[]; dimensions: number; map: boolean },
): Promise<void> {
  const numbers = Array.from({ length: dimensions }, (_, k) => `e${k + 1}`)
  const head = ['clip', 'path', 'start', 'end', ...labels, ...(map ? ['x', 'y'] : []), ...numbers]
  const descriptor = openSync(file, 'w')
  const put = (cells: readonly (string | number | undefined)[]) => writeSync(descriptor, writeDelimited([cells], ','))
  try {
    put(head)
    for await (const { clip, path, start, end, labels: values, embedding, place } of rows) {
      const known = [clip, path, start, end, ...labels.map(name => values[name]), ...(map ? [place?.x, place?.y] : [])]
      put([...known, ...Array.from(embedding.subarray(0, dimensions), nineDigits)])
    }
  } finally {
    closeSync(descriptor)
  }
}

/** All that a float32 holds. */
const nineDigits = (value: number) => Number(value.toPrecision(9))
