/** Embeddings as an Arrow IPC stream: each piece leaves at once, and whoever reads need not wait for the end. */
import { RecordBatchStreamWriter } from 'apache-arrow'
import { joined } from '../../stages/sample-arrays.js'
import { type EmbeddingRow, type EmbeddingTable, recordBatch, schemaOf } from './arrow-writer.js'

export interface EmbeddingStream {
  /** One record batch. */
  write(rows: readonly EmbeddingRow[]): void
  /** Says that no more comes. */
  close(): void
}

/** @param put takes the bytes, in order */
export function embeddingStream(put: (bytes: Uint8Array) => void, table: EmbeddingTable): EmbeddingStream {
  const schema = schemaOf(table)
  const writer = new PiecewiseWriter(put)
  writer.reset(undefined, schema)
  return {
    write: rows => {
      const values = joined(rows.map(({ embedding }) => embedding))
      writer.write(recordBatch(schema, table.columns, rows, values))
    },
    close: () => void writer.finish(),
  }
}

/** The sink of arrow-js would keep everything until it is asked. */
class PiecewiseWriter extends RecordBatchStreamWriter {
  constructor(private readonly put: (bytes: Uint8Array) => void) {
    super({ autoDestroy: false })
  }

  protected override _write(chunk: ArrayBufferView): this {
    const bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    if (bytes.length > 0) this.put(bytes.slice())
    this._position += bytes.length
    return this
  }
}
