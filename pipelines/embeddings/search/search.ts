/** Search by example, from files to answers. Says nothing itself. */

import { Problem } from '../../../data/problem.js'
import { indexBeside, type NearRows } from './approximate-index.js'
import { type EmbeddingIndex, readIndex } from './embedding-index.js'
import { type Example, exampleIn, isWithin, recordingOf, spanOf } from './examples.js'
import { type Found, similarities } from './most-similar.js'
import { demandSameEncoder } from './same-encoder.js'
import type { SearchOptions } from './search-options.js'

export interface SearchResult {
  /** What was asked for, by its own names. */
  asked: string[]
  not: string[]
  /** The same, each with its sound. */
  examples: Example[]
  counters: Example[]
  index: EmbeddingIndex
  found: Found[]
  /** Whether the index beside the embeddings was asked; without it every row was compared. */
  approximate: boolean
  /** Why the index beside the embeddings was not asked, or how one is made. */
  told: string | undefined
  /** Milliseconds of the search itself, after everything was read. */
  milliseconds: number
}

/**
 * The rows most like the examples and least like the counter-examples, in falling order: rows that an example is made of
 * are not found, and of windows that overlap the best one alone. Every row is compared, unless an index lies beside the
 * embeddings.
 *
 * @throws Problem `no-clip`, `no-stretch`, `no-run`, `other-encoder`
 */
export async function search(options: SearchOptions): Promise<SearchResult> {
  const { file, query, count, columns, not = [], exact = false } = options
  const index = await readIndex(file, columns)
  const source = query === undefined ? index : await readIndex(query)
  if (source !== index) demandSameEncoder(source, index)
  const named = (texts: readonly string[]) => examplesOf(texts, source, { run: options.run, index })
  const [examples, counters] = [await named(options.examples), await named(not)]
  const { near, told } = exact ? {} : await indexBeside(index)
  const began = performance.now()
  const own = source === index ? [...examples, ...counters].flatMap(({ rows }) => rows) : []
  const found = bestLike(index, examples, counters, { count, own, near })
  return {
    ...{ asked: examples.map(({ name }) => name), not: counters.map(({ name }) => name) },
    ...{ examples, counters, index, found, approximate: near !== undefined, told },
    milliseconds: performance.now() - began,
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

/** Rows near to an example that are looked at first, and the share of all above which all are. */
const [FEW, MOST] = [64, 1 / 16]

/**
 * The best rows, of all or, by an index, of those near to an example: ever more of them, until no other row can be better.
 * What is none of the nearest of any example is no more like one than the last of these, and counter-examples only take
 * away.
 */
export function bestLike(
  index: EmbeddingIndex,
  examples: readonly Example[],
  counters: readonly Example[],
  { count, own, near }: { count: number; own: readonly number[]; near?: NearRows | undefined },
): Found[] {
  for (let most = Math.max(FEW, 4 * count); near && most <= MOST * index.rows; most *= 4) {
    const lists = examples.map(({ direction }) => near(direction, most))
    const rows = [...new Set(lists.flat())].sort((a, b) => a - b)
    const found = best(index, likeness(index, examples, counters, rows), { count, own, rows })
    const lasts = lists.map((list, at) => similarities(index, examples[at]!.direction, list.slice(-1))[0]!)
    if (found.length === count && found.at(-1)!.similarity >= Math.max(...lasts)) return found
  }
  return best(index, likeness(index, examples, counters), { count, own })
}

/**
 * Cosine to the nearest example, of each row or of some, less what the nearest counter-example is nearer: that lets rows alone which
 * are not like it (bench/search.ts compares with means).
 */
export function likeness(
  index: EmbeddingIndex,
  examples: readonly Example[],
  counters: readonly Example[],
  rows?: readonly number[],
): Float32Array {
  const near = nearest(index, examples, rows)
  if (counters.length === 0) return near
  const far = nearest(index, counters, rows)
  return near.map((value, at) => value - Math.max(0, far[at]! - value))
}

function nearest(index: EmbeddingIndex, examples: readonly Example[], rows?: readonly number[]): Float32Array {
  const [first, ...others] = examples.map(({ direction }) => similarities(index, direction, rows))
  for (const other of others) for (let at = 0; at < other.length; at++) first![at] = Math.max(first![at]!, other[at]!)
  return first!
}

/**
 * Rows by falling score; none that overlaps a better one, or rows that are left out, in the same recording.
 *
 * @param rows which the scores are of, in rising order; all if absent
 */
export function best(
  index: EmbeddingIndex,
  scores: Float32Array,
  { count, own, rows }: { count: number; own: readonly number[]; rows?: readonly number[] },
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
  for (const at of byFalling(scores)) {
    const row = rows ? rows[at]! : at
    if (found.length === count) break
    if (left.has(row) || overlaps(row)) continue
    take(row)
    found.push({ row, similarity: scores[at]! })
  }
  return found
}

const BINS = 4096
/** Rows that are sorted at first; seldom more are looked at. */
const AT_FIRST = 1024

/** Places of scores; of equals the first comes first. Sorts the best few, then more of them, as they are asked for. */
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
