/** Embeddings as NumPy reads them: the numbers alone, and what the rows are in a table beside them. */
import { closeSync, openSync, writeSync } from 'node:fs'
import type { ConvertedRow } from './converted-rows.js'

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
