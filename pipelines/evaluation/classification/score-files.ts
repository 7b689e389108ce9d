/** What is kept of a classification: figures as JSON, class probabilities as Arrow. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { onDisk, writeWhole } from '../../../data/whole-file.js'
import { secondsOf } from '../../../graphs/streams/prepare.js'
import { createEmbeddingWriter } from '../../embeddings/arrow-writer.js'
import type { Classified } from './classification.js'

/** By the contract of embeddings: a row a clip, a number a class; nothing remains if it fails. */
export function writeScores(
  file: string,
  metadata: Record<string, string>,
  { said, prepared, columns }: Pick<Classified, 'said' | 'prepared' | 'columns'>,
): void {
  const { columns: size, values } = said.scores
  const writer = createEmbeddingWriter(file, { dimensions: size, columns, metadata })
  const seconds = secondsOf(prepared)
  const rows = prepared.clips.map(({ id, path, labels, start = 0 }, at) => ({
    ...{ clip: id, path, start, end: start + seconds[at]!, labels },
    embedding: Float32Array.from(values.subarray(at * size, (at + 1) * size)),
  }))
  try {
    writer.write(rows)
    writer.close()
  } catch (error) {
    writer.abort()
    throw error
  }
}

/** `classification.json` and `scores.arrow` in a folder. @returns the files */
export function writeClassified(folder: string, { classification, writeArrow }: Classified): string[] {
  onDisk(folder, () => mkdirSync(folder, { recursive: true }))
  const [json, arrow] = [join(folder, 'classification.json'), join(folder, 'scores.arrow')]
  writeWhole(json, `${JSON.stringify(classification, null, 1)}\n`)
  writeArrow(arrow)
  return [json, arrow]
}
