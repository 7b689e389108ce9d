/**
 * How good embeddings are becoming, seen while they train: on labelled sounds kept for development, by nearest neighbours
 * and by a linear probe in closed form. The encoder runs in evaluation mode and nothing is drawn, so that training goes on
 * as if nobody had looked.
 */

import { type ListedClip, readClips } from '../../../data/manifests.js'
import { missingColumn } from '../../../data/nearest-name.js'
import { Problem } from '../../../data/problem.js'
import { Hearing } from '../../../graphs/inference/hearing.js'
import { inferenceGraph } from '../../../graphs/inference/inference-graph.js'
import type { Pool } from '../../../graphs/streams/pool.js'
import type { Prepared } from '../../../graphs/streams/prepare.js'
import { joined } from '../../../stages/sample-arrays.js'
import type { Config } from '../../configuration/config.js'
import type { WatchSettings } from '../../configuration/sections.js'
import { encodePatches } from '../../embeddings/encode.js'
import { readInPool } from '../../embeddings/read-sounds.js'
import { targetsOf } from '../../evaluation/classification/trained-classifier.js'
import { chooseExamples, type Examples } from '../../evaluation/probes/examples.js'
import { type HeadChain, headChain, throughHeads } from '../../model/head-chain.js'
import { ridgeLeavingOut } from '../../model/ridge.js'
import type { TrainerThread } from '../../model/trainer-thread.js'
import type { WatchedEmbeddings, Watching } from '../../model/watched.js'
import { largest } from '../../statistics/mean.js'
import { score } from '../../statistics/scores.js'
import { ClassWatch } from './class-watch.js'
import { clipVote, usualK } from './clip-vote.js'

interface WatchOptions {
  config: Config
  settings: WatchSettings
  /** Those of `watchedClips`. */
  clips: readonly ListedClip[]
  /** Of the training clips: brings the statistics of `normalise`. */
  prepared: Prepared
  pool: Pool
  /** Folder of the feature cache. */
  cacheFolder: string
  signal: AbortSignal
}

/**
 * Reads the sounds to be watched: a classifier, if `train.watch.node` names one, is judged by its own scores; embeddings
 * by who is near whom.
 *
 * @throws Problem if the graph has no such encoder or head, if fewer than two classes can be told apart;
 *   the signal's reason once it is aborted
 */
export async function prepareWatch(options: WatchOptions): Promise<Watching> {
  const { config, settings, prepared } = options
  const { graph, stages } = config
  const named = graph.nodes.find(({ id }) => id === settings.node)
  const { inference, chain, ready } = await readWatched(options)
  if (targetsOf(stages.get(named?.stage ?? '')) !== undefined)
    return new ClassWatch(config, inference, ready, prepared.statistics, settings)
  const hearing = new Hearing(inference, stages, ready, prepared.statistics)
  return new Watch(settings, hearing, chain?.heads ?? [], examplesOf(ready, settings))
}

class Watch implements Watching {
  constructor(
    private readonly settings: WatchSettings,
    private readonly hearing: Hearing,
    private readonly heads: HeadChain['heads'],
    private readonly examples: Examples,
  ) {}

  /** With the weights that the thread has now. */
  async evaluate(thread: TrainerThread): Promise<WatchedEmbeddings> {
    const { labels, classes } = this.examples
    const { vectors, clips } = await this.#embeddings(thread)
    const units = this.#units()
    const owners = clips.map(clip => units[clip]!)
    const size = this.heads.at(-1)?.gives ?? this.hearing.inference.dimensions
    const others = clips.length - Math.max(...countsOf(owners))
    const k = Math.min(this.settings.k ?? usualK(clips.length, classes.length), others)
    const means = meanRows(vectors, clips, labels.length, size)
    const neighbours = await thread.neighbours({ vectors, size, owners, k })
    const voted = clipVote({ neighbours, k, clips, labels, classes: classes.length })
    const scores = ridgeLeavingOut({ rows: labels.length, columns: size, values: means }, labels, units, classes.length)
    const fitted = labels.map((_, clip) =>
      largest(scores.values.subarray(clip * classes.length, (clip + 1) * classes.length)),
    )
    return {
      knn: balanced(labels, voted),
      linear: balanced(labels, fitted),
      chance: 1 / classes.length,
      k,
      clips: labels.length,
      patches: clips.length,
    }
  }

  /** Of every patch of every clip, half overlapping; `clips` counts as the examples do. */
  async #embeddings(thread: TrainerThread): Promise<{ vectors: Float32Array; clips: Int32Array }> {
    const { hearing, examples } = this
    const numbers = new Map([...examples.rows].map((row, number) => [row, number]))
    const found: Float32Array[] = []
    const clips: number[] = []
    const patches = encodePatches(thread, hearing, examples.rows, { hop: hearing.halfOverlapping })
    for await (const { clip, values } of patches) {
      found.push(values)
      clips.push(numbers.get(clip)!)
    }
    return { vectors: await throughHeads(thread, this.heads, joined(found)), clips: Int32Array.from(clips) }
  }

  /** Number of each clip's group, or of the clip itself. */
  #units(): Int32Array {
    const numbers = new Map<string, number>()
    return Int32Array.from(this.examples.units, unit => numbers.get(unit) ?? numbers.set(unit, numbers.size).size - 1)
  }
}

/** Which sounds will be watched. @throws Problem if a column is not there; as `readClips` */
export async function watchedClips({ set, label, group }: WatchSettings): Promise<readonly ListedClip[]> {
  const { clips, columns } = await readClips(set)
  for (const name of [label, group])
    if (name !== undefined && !columns.includes(name)) throw missingColumn(name, columns, set)
  return clips
}

async function readWatched({ config, settings, clips, pool, cacheFolder, signal }: WatchOptions) {
  const { graph, stages } = config
  const chain = settings.node === undefined ? undefined : headChain(graph, stages, settings.node)
  const inference = inferenceGraph(graph, stages, chain?.encoder)
  const label = 'reading sounds to watch'
  const ready = await readInPool(pool, { graph: inference.graph, clips, cacheFolder, signal, label })
  if (ready.clips.length > 0) return { inference, chain, ready }
  throw new Problem('no-usable-clips', `None of ${clips.length} clips of ${settings.set} can be read.`)
}

function examplesOf({ clips }: Prepared, { set, label, group }: WatchSettings): Examples {
  return chooseExamples(
    { clips: clips.map(({ id }) => id), file: set },
    name => clips.map(({ labels }) => labels[name] || undefined),
    { label, group, folds: 2, seed: 0 },
  )
}

function balanced(labels: Int32Array, predicted: Int32Array): number {
  return score(
    labels,
    labels.map((label, clip) => (label === predicted[clip] ? 1 : 0)),
  ).balanced
}

function countsOf(numbers: Int32Array): number[] {
  const counts: number[] = []
  for (const number of numbers) counts[number] = (counts[number] ?? 0) + 1
  return counts
}

/** Mean embedding of each clip, clips x size. */
function meanRows(vectors: Float32Array, clips: Int32Array, count: number, size: number): Float64Array {
  const means = new Float64Array(count * size)
  const patches = countsOf(clips)
  for (const [patch, clip] of clips.entries())
    for (let at = 0; at < size; at++) means[clip * size + at]! += vectors[patch * size + at]! / patches[clip]!
  return means
}
