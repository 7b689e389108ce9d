/** How often the nearest rows have the label of the row asked for: retrieval without any classifier. */
import { streamOf } from '../../../graphs/streams/draws.js'
import { mean } from '../../statistics/mean.js'
import { type Interval, interval, resampled } from '../../statistics/scores.js'
import type { EmbeddingIndex } from './embedding-index.js'
import { mostSimilarToEach } from './most-similar.js'

export interface Precision {
  k: number
  /** Mean over the queries of the share of their k nearest rows that have the query's label. */
  precision: number
  /** 95 %, over clips drawn with replacement. */
  interval: Interval
  /** Mean over the labels of the mean of their queries: a frequent label counts no more than a rare one. */
  balanced: number
  /** What rows in random order would reach. */
  chance: number
  /** By label, in falling order of how many rows have it. */
  labels: { label: string; rows: number; precision: number }[]
  /** Rows asked for, and rows with a label. */
  queries: number
  rows: number
}

/** Rows asked for at most, drawn from all; each is compared with all rows. */
export const QUERIES = 2000

/**
 * Every row with a label is asked for (or a draw of `most` of them); found are rows with a label of other clips.
 *
 * @param labels of each row; rows without take no part
 * @param most queries at most
 * @throws Problem `no-engine` if there is much to compare and TensorFlow is not installed
 */
export async function precisionAtK(
  index: EmbeddingIndex,
  labels: readonly (string | undefined)[],
  { k, seed = 0, most = QUERIES }: { k: number; seed?: number; most?: number },
): Promise<Precision> {
  const { clips } = index
  const labelled = labels.flatMap((label, row) => (label === undefined ? [] : [row]))
  const queries = drawn(labelled, most, seed)
  const counts = new Map<string, number>()
  for (const row of labelled) counts.set(labels[row]!, (counts.get(labels[row]!) ?? 0) + 1)
  const found = await mostSimilarToEach(index, queries, {
    count: k,
    skip: (query, row) => labels[row] === undefined || clips[row] === clips[query],
  })
  const reached = found.map((rows, at) => {
    const own = labels[queries[at]!]
    return rows.filter(({ row }) => labels[row] === own).length / Math.max(1, rows.length)
  })
  const meanPrecision = (weights?: ArrayLike<number>) => {
    let [sum, total] = [0, 0]
    reached.forEach((precision, at) => {
      sum += (weights ? weights[at]! : 1) * precision
      total += weights ? weights[at]! : 1
    })
    return total ? sum / total : 0
  }
  const units = queries.map(row => clips[row]!)
  const [resamples] = resampled(units, [meanPrecision], { seed })
  const perLabel = [...counts].flatMap(([label, rows]) => {
    const own = reached.filter((_, at) => labels[queries[at]!] === label)
    return own.length === 0 ? [] : [{ label, rows, precision: mean(own) }]
  })
  return {
    k,
    precision: meanPrecision(),
    interval: interval(resamples!),
    balanced: mean(perLabel, ({ precision }) => precision),
    chance: chanceOf(queries, labels, clips),
    labels: perLabel.sort((a, b) => b.rows - a.rows || (a.label < b.label ? -1 : 1)),
    queries: queries.length,
    rows: labelled.length,
  }
}

function drawn(rows: readonly number[], most: number, seed: number): number[] {
  if (rows.length <= most) return [...rows]
  const rng = streamOf(`similar queries ${seed}`)
  const left = [...rows]
  for (let at = 0; at < most; at++) {
    const other = rng.integer(at, left.length)
    ;[left[at], left[other]] = [left[other]!, left[at]!]
  }
  return left.slice(0, most).sort((a, b) => a - b)
}

/** Mean over the queries of the share of other clips' rows that have their label. */
function chanceOf(
  queries: readonly number[],
  labels: readonly (string | undefined)[],
  clips: readonly string[],
): number {
  const all = new Map<string, number>()
  const within = new Map<string, number>()
  const ofClip = new Map<string, number>()
  const add = (counts: Map<string, number>, key: string) => counts.set(key, (counts.get(key) ?? 0) + 1)
  let rows = 0
  labels.forEach((label, row) => {
    if (label === undefined) return
    rows++
    add(all, label)
    add(ofClip, clips[row]!)
    add(within, `${clips[row]}\u0000${label}`)
  })
  const shares = queries.map(row => {
    const others = rows - ofClip.get(clips[row]!)!
    const alike = all.get(labels[row]!)! - within.get(`${clips[row]}\u0000${labels[row]}`)!
    return others > 0 ? alike / others : 0
  })
  return shares.reduce((sum, share) => sum + share, 0) / Math.max(1, shares.length)
}
