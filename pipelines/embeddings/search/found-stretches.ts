/** What a search has found, for people and tools: stretches of recordings, the best first. */
import { recordingOf } from './examples.js'
import type { SearchResult } from './search.js'

export interface FoundStretch {
  /** From 1. */
  rank: number
  /** Cosine to the nearest example, less what the nearest counter-example is nearer. */
  similarity: number
  /** Of the embeddings, from 0. */
  row: number
  clip: string
  path: string | undefined
  /** Seconds in the recording, where the embeddings say so. */
  start: number | undefined
  end: number | undefined
  labels: Record<string, string | undefined>
}

export function foundStretches({ index, found }: SearchResult): FoundStretch[] {
  return found.map(({ row, similarity }, at) => ({
    ...{ rank: at + 1, similarity, row, clip: index.clips[row]!, path: index.paths[row] },
    ...{ start: index.starts[row], end: index.ends[row] },
    labels: Object.fromEntries([...index.labels].map(([name, values]) => [name, values[row]])),
  }))
}

/** `night.flac 12.00-14.00 s`. */
export function stretchInWords({ clip, start, end }: FoundStretch): string {
  return start === undefined || end === undefined ? clip : `${recordingOf(clip)} ${seconds(start)}-${seconds(end)} s`
}

export const seconds = (value: number | undefined) => (value === undefined ? '' : value.toFixed(2))
