/** What is heard, as lines for people, and as JSON or Arrow for programs. */
import { type EmbeddingStream, embeddingStream } from '../embeddings/arrow-stream.js'
import { plural, wholePercent } from '../terminal/numbers.js'
import type { Heard, Listened } from './listen.js'

/** `   12.48 s  mic  kick 93 %  like kick-01 (0.981)  novelty 0.12`; the source where there are several. */
export function heardLine({ source, start, nearest = [], novelty, scores = {} }: Heard, several: boolean): string {
  const [best] = Object.entries(scores).sort(([, one], [, other]) => other - one)
  const [near] = nearest
  return [
    `${start.toFixed(2).padStart(8)} s`,
    ...(several ? [source] : []),
    ...(best ? [`${best[0]} ${wholePercent(best[1])}`] : []),
    ...(near
      ? [`like ${near.clip}${near.label === undefined ? '' : `, ${near.label}`} (${near.similarity.toFixed(3)})`]
      : []),
    ...(novelty === undefined ? [] : [`novelty ${novelty.toFixed(2)}`]),
  ].join('  ')
}

/** One line. @param embeddings whether its numbers are told, too */
export function heardJson({ embedding, latency, ...heard }: Heard, embeddings: boolean): string {
  const told = { ...heard, latency: Math.round(latency), ...(embeddings ? { embedding: [...embedding] } : {}) }
  return JSON.stringify(told)
}

const COMPARED = ['nearest', 'similarity', 'novelty', 'class', 'probability']

/** As an Arrow IPC stream by the columns of embeddings files; a row a window. */
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

/** Told at the end: how many windows, how late, what was lost. */
export function listenedText({ windows, dropped, unusable, failed }: Listened, latencies: readonly number[]): string {
  const sorted = [...latencies].sort((a, b) => a - b)
  const at = (share: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0)
  const late = windows > 0 ? `, half of them within ${at(0.5)} ms, 99 % within ${at(0.99)} ms of their last sample` : ''
  const lost = Object.entries(dropped).map(
    ([source, count]) => `${source}: ${plural(count, 'window')} dropped, not heard in time\n`,
  )
  const bad = Object.entries(unusable).map(
    ([source, { count, reason }]) => `${source}: ${plural(count, 'window')} of no use: ${reason}\n`,
  )
  const ended = failed.map(({ source, problem: { message, hint } }) =>
    [message.startsWith(source) ? message : `${source}: ${message}`, ...(hint ? [`  ${hint}`] : []), ''].join('\n'),
  )
  return `${plural(windows, 'window')} heard${late}.\n${lost.join('')}${bad.join('')}${ended.join('')}`
}
