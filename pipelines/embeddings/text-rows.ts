/** Vectors of texts in place of clips: each is known by what it says. */
import { createEmbeddingWriter, type EmbeddingRow } from './arrow-writer.js'

export interface TextRow extends Pick<EmbeddingRow, 'embedding'> {
  /** Columns of the file; `text` is also its `clip`, by which other verbs know a row. */
  labels: Readonly<Record<string, string>> & { text: string }
}

/** @throws Problem as `createEmbeddingWriter`, and if the disk refuses them */
export function writeTextRows(
  file: string,
  rows: readonly TextRow[],
  how: Parameters<typeof createEmbeddingWriter>[1],
): void {
  const writer = createEmbeddingWriter(file, how)
  writer.write(rows.map(row => ({ ...row, clip: row.labels.text, path: '', start: 0, end: 0 })))
  writer.close()
}
