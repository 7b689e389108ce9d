/** Embeddings whose classes are as plain as a test needs. */
import { join } from 'node:path'
import { createEmbeddingWriter } from '../../../../pipelines/embeddings/arrow-writer.js'

export interface Made {
  clip: string
  /** Of its recording; its own if absent. */
  path?: string
  labels: Record<string, string | undefined>
  embedding: number[]
}

/** Repeatable, in -2..2, without a pattern that shows. */
export const noise = (at: number, k: number) =>
  4 * ((Math.abs(Math.sin(12.9898 * at + 78.233 * k) * 43_758.5453) % 1) - 0.5)

/** Clips of three classes that may come together; `told` is how plainly the embedding says each of them. */
export const scenes = (count: number, told: number): Made[] =>
  Array.from({ length: count }, (_, at) => {
    const sets = [['dog'], ['rain'], ['dog', 'rain'], ['horn', 'rain'], ['horn'], ['dog', 'horn', 'rain']]
    const own = sets[at % sets.length]!
    return {
      clip: `scene/${at}.wav`,
      labels: { events: own.join(';'), site: `site ${Math.floor(at / 12)}` },
      embedding: ['dog', 'horn', 'rain', 'none'].map((name, k) => noise(at, k) + (own.includes(name) ? told : 0)),
    }
  })

export function writeMade(folder: string, name: string, rows: readonly Made[]): string {
  const file = join(folder, name)
  const dimensions = rows[0]!.embedding.length
  const columns = Object.keys(rows[0]!.labels)
  const writer = createEmbeddingWriter(file, { dimensions, columns, metadata: { 'earshot.level': 'clip' } })
  for (const row of rows)
    writer.write([{ path: row.clip, ...row, start: 0, end: 1, embedding: Float32Array.from(row.embedding) }])
  writer.close()
  return file
}
