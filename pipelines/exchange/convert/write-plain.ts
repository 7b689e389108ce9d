/** Embeddings as a table for R and spreadsheets; and as NumPy reads them: the numbers alone, and such a table beside them. */
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

/** `.npy`, version 1.0: float32, rows x dimensions, in C order. @returns rows written */
export async function writeNpy(
  file: string,
  rows: AsyncIterable<ConvertedRow>,
  shape: { rows: number; dimensions: number },
): Promise<void> {
  const descriptor = openSync(file, 'w')
  try {
    writeSync(descriptor, npyHeader(shape))
    for await (const { embedding } of rows)
      writeSync(descriptor, new Uint8Array(embedding.buffer, embedding.byteOffset, embedding.byteLength))
  } finally {
    closeSync(descriptor)
  }
}

/** Padded so that the numbers begin at a multiple of 64 bytes (numpy.lib.format). */
function npyHeader({ rows, dimensions }: { rows: number; dimensions: number }): Buffer {
  const dictionary = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${dimensions}), }`
  const length = 64 * Math.ceil((10 + dictionary.length + 1) / 64) - 10
  const header = Buffer.alloc(10 + length, ' ')
  header.write('\x93NUMPY\x01\x00', 0, 'latin1')
  header.writeUInt16LE(length, 8)
  header.write(dictionary, 10, 'latin1')
  header.write('\n', 9 + length, 'latin1')
  return header
}
