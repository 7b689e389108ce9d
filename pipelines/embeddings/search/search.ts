/** Search by example, from files to answers. Says nothing itself. */

import { Problem } from '../../../data/problem.js'
import { type EmbeddingIndex, readIndex } from './embedding-index.js'
import { type Example, exampleIn, isWithin, recordingOf, spanOf } from './examples.js'
import { type Found, similarities } from './most-similar.js'
import { demandSameEncoder } from './same-encoder.js'

export interface SearchOptions {
  /** Embeddings to search in. */
  file: string
  /** Clips, row numbers, recordings, stretches of them (`night.flac@12.5-14 s`), sound files. */
  examples: readonly string[]
  /** What is not wanted, named alike. */
  not?: readonly string[]
  /** Embeddings that hold the examples; `file` itself if absent. */
  query?: string | undefined
  /** Run that embeds examples which no file of embeddings holds. */
  run?: string | undefined
  /** Rows to find. */
  count: number
  /** Columns to show. */
  columns: readonly string[]
}

export interface SearchResult {
  /** What was asked for, by its own names. */
  asked: string[]
  not: string[]
  /** The same, each with its sound. */
  examples: Example[]
  counters: Example[]
  index: EmbeddingIndex
  found: Found[]
  /** Milliseconds of the search itself, after everything was read. */
  milliseconds: number
}

/**
 * The rows most like the examples and least like the counter-examples, in falling order: rows that an example is made of
 * are not found, and of windows that overlap the best one alone. Exact: every row is compared.
 *
 * @throws Problem `no-clip`, `no-stretch`, `no-run`, `other-encoder`
 */
export async function search(options: SearchOptions): Promise<SearchResult> {
  const { file, query, count, columns, not = [] } = options
  const index = await readIndex(file, columns)
  const source = query === undefined ? index : await readIndex(query)
  if (source !== index) demandSameEncoder(source, index)
  const named = (texts: readonly string[]) => examplesOf(texts, source, { run: options.run, index })
  const [examples, counters] = [await named(options.examples), await named(not)]
  const began = performance.now()
  const own = source === index ? [...examples, ...counters].flatMap(({ rows }) => rows) : []
  const scores = likeness(index, examples, counters)
  const found = best(index, scores, { count, own })
  return {
    ...{ asked: examples.map(({ name }) => name), not: counters.map(({ name }) => name) },
    ...{ examples, counters, index, found, milliseconds: performance.now() - began },
  }
}

/**
 * @param source embeddings that hold the examples; those that it does not hold are sound files
 * @param run embeds sound files, as `index` was embedded
 * @throws Problem `no-clip`, `no-stretch`, `no-run`, `other-encoder`
 */
export async function examplesOf(
  texts: readonly string[],
  source: EmbeddingIndex,
  { run, index }: { run: string | undefined; index: EmbeddingIndex },
): Promise<Example[]> {
  const examples: Example[] = []
  for (const text of texts) examples.push(exampleIn(source, text) ?? (await embedded(text, run, index)))
  return examples
}

async function embedded(text: string, run: string | undefined, index: EmbeddingIndex): Promise<Example> {
  if (run === undefined)
    throw new Problem('no-run', `'${text}' is a sound file that is not among the embeddings.`, {
      place: { file: index.file },
      hint: 'Name the run that embeds it: --run RUN, the one that made these embeddings.',
    })
  return (await import('./embed-example.js')).embedExample(text, run, index)
}

/**
 * Cosine to the nearest example, of each row, less what the nearest counter-example is nearer: that lets rows alone which
 * are not like it (bench/search.ts compares with means).
 */
export function likeness(
  index: EmbeddingIndex,
  examples: readonly Example[],
  counters: readonly Example[],
): Float32Array {
  const near = nearest(index, examples)
  if (counters.length === 0) return near
  const far = nearest(index, counters)
  return near.map((value, row) => value - Math.max(0, far[row]! - value))
}

function nearest(index: EmbeddingIndex, examples: readonly Example[]): Float32Array {
  const [first, ...others] = examples.map(({ direction }) => similarities(index, direction))
  for (const other of others)
    for (let row = 0; row < other.length; row++) first![row] = Math.max(first![row]!, other[row]!)
  return first!
}

/** Rows by falling score; none that overlaps a better one, or rows that are left out, in the same recording. */
export function best(
  index: EmbeddingIndex,
  scores: Float32Array,
  { count, own }: { count: number; own: readonly number[] },
): Found[] {
  const left = new Set(own)
  const taken = new Map<string, (readonly [number, number])[]>()
  const overlaps = (row: number) => {
    const span = spanOf(index, row)
    return taken.get(recordingOf(index.clips[row]!))?.some(other => isWithin(span, other)) ?? false
  }
  const take = (row: number) => {
    const recording = recordingOf(index.clips[row]!)
    taken.set(recording, [...(taken.get(recording) ?? []), spanOf(index, row)])
  }
  for (const row of own) take(row)
  const found: Found[] = []
  for (const row of byFalling(scores)) {
    if (found.length === count) break
    if (left.has(row) || overlaps(row)) continue
    take(row)
    found.push({ row, similarity: scores[row]! })
  }
  return found
}

const BINS = 4096
/** Rows that are sorted at first; seldom more are looked at. */
const AT_FIRST = 1024

/** Of equals the first row comes first. Sorts the best few, then more of them, as they are asked for. */
function* byFalling(scores: Float32Array): Generator<number> {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const score of scores) {
    if (score < low) low = score
    if (score > high) high = score
  }
  const binOf = (score: number) => Math.min(BINS - 1, Math.floor(((score - low) / (high - low || 1)) * BINS))
  const counts = new Uint32Array(BINS)
  for (const score of scores) counts[binOf(score)]!++
  let most = AT_FIRST
  for (let end = BINS, bin = BINS - 1, size = 0; bin >= 0; bin--) {
    size += counts[bin]!
    if (size < most && bin > 0) continue
    const some: number[] = []
    for (let row = 0; row < scores.length; row++) {
      const own = binOf(scores[row]!)
      if (own >= bin && own < end) some.push(row)
    }
    yield* some.sort((a, b) => scores[b]! - scores[a]! || a - b)
    ;[end, size, most] = [bin, 0, 4 * most]
  }
}
