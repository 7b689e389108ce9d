/** What is heard, as an Arrow IPC stream by the columns of embeddings files; a row a window. */
import { type EmbeddingStream, embeddingStream } from '../embeddings/arrow-stream.js'
import type { Heard } from './listen.js'

const COMPARED = ['nearest', 'similarity', 'novelty', 'class', 'probability']

export function arrowOutput(put: (bytes: Uint8Array) => void) {
  let stream: EmbeddingStream | undefined
  return {
    /** @param compared whether there are known sounds */
    begin({ dimensions, metadata }: { dimensions: number; metadata: Record<string, string> }, compared: boolean): void {
      const about = { ...metadata, 'earshot.level': 'patch' }
      stream = embeddingStream(put, { dimensions, columns: compared ? COMPARED : [], metadata: about })
    },
    write({ source, start, end, embedding, nearest, novelty, scores = {} }: Heard): void {
      const [best] = Object.entries(scores).sort(([, one], [, other]) => other - one)
      const labels = {
        nearest: nearest?.[0]?.clip,
        similarity: nearest?.[0]?.similarity.toFixed(4),
        novelty: novelty?.toFixed(3),
        class: best?.[0],
        probability: best?.[1].toFixed(4),
      }
      stream?.write([{ clip: source, path: source, start, end, labels, embedding }])
    },
    end: () => stream?.close(),
  }
}
