/** Before training: every cached node of every clip, in the pool; what cannot be read is skipped with its reason. */
import { setMaxListeners } from 'node:events'
import { Problem } from '../../data/problem.js'
import { innermost, type Port } from '../../stages/ports.js'
import type { Clip, Statistics } from '../../stages/values.js'
import type { CheckedGraph, CheckedNode } from '../language/checked.js'
import { framesOfLane } from './cached-values.js'
import type { Pool } from './pool.js'
import type { Failure, PreparedFeature, Setup } from './tasks.js'

/** A clip that is left out, and why. */
export interface Skipped extends Failure {
  clip: string
  path: string
}

/** Not one clip can be used: the first says why. */
export function noneUsable(clips: readonly unknown[], [first]: readonly Skipped[]): Problem {
  const which = clips.length === 1 ? 'The only clip cannot be read' : `None of ${clips.length} clips can be read`
  return new Problem('no-usable-clips', `${which}; ${whyLeftOut(first!)}`, { hint: first!.hint })
}

/** With the path, once. */
export const whyLeftOut = ({ path, reason }: Pick<Skipped, 'path' | 'reason'>): string =>
  reason.startsWith(path) ? reason : `${path}: ${reason}`

/** A clip that is used although its file is odd. */
export interface Noted {
  clip: string
  path: string
  notes: string[]
}

/** How many files such clips are of. */
export const filesOf = (noted: readonly Noted[]) => new Set(noted.map(({ path }) => path)).size

/** A cached node over all usable clips, in their order. */
export interface PreparedNode {
  /** In the feature cache. */
  keys: string[]
  /** Of one lane; samples of a recording. */
  frames: number[]
  /** Length of each sound, or of its frames where it is not known. */
  seconds: number[]
}

export interface Prepared {
  /** The usable clips, in the order of the manifest. */
  clips: Clip[]
  /** By id of the cached node. */
  nodes: Record<string, PreparedNode>
  /** Over every number of a cached node, by its id. */
  statistics: Record<string, Statistics>
  skipped: Skipped[]
  noted: Noted[]
  cacheFolder: string
}

export interface PrepareOptions {
  graph: CheckedGraph
  clips: readonly Clip[]
  /** Folder of the feature cache. */
  cacheFolder: string
  pool: Pool
  /** Called after each clip. */
  onProgress?: ((progress: { done: number; total: number; skipped: number }) => void) | undefined
  signal?: AbortSignal | undefined
  /** URL of the module whose `loadStages` names the stages. */
  stagesModule?: string | undefined
}

type Outcome = { clip: Clip; features: Record<string, PreparedFeature> } | { clip: Clip; failure: Failure }

/**
 * Fills the feature cache for a graph and sums up what is in it. A clip whose work throws is skipped, never lost
 * silently. The result does not depend on the number of workers.
 *
 * @throws Problem `cache-full`, `cache-not-writable`; the signal's reason once it is aborted
 */
export async function prepareFeatures(options: PrepareOptions): Promise<Prepared> {
  const { graph, clips, cacheFolder, pool, onProgress, signal, stagesModule } = options
  const evaluation = { graph, seed: 0, clips, keys: {}, statistics: {} }
  const setup: Setup = { evaluation, layouts: [], cacheFolder, stagesModule }
  const stop = new AbortController()
  const either = AbortSignal.any(signal ? [signal, stop.signal] : [stop.signal])
  setMaxListeners(0, either)
  let done = 0
  let skipped = 0
  const outcomes = new Array<Outcome>(clips.length)
  const prepare = async (position: number) => {
    const clip = clips[position]!
    const prepared = await pool.prepare(setup, position, either)
    if ('failure' in prepared) {
      const { code, reason, hint } = prepared.failure
      if (prepared.fatal) throw new Problem(code, reason, { hint })
      skipped++
    }
    outcomes[position] = { clip, ...prepared }
    onProgress?.({ done: ++done, total: clips.length, skipped })
  }
  signal?.throwIfAborted()
  try {
    await eachBounded(clips.length, 2 * pool.workers, prepare)
  } catch (error) {
    stop.abort()
    signal?.throwIfAborted()
    throw error
  }
  return summary(graph, outcomes, cacheFolder)
}

/** Calls `work` with 0, 1, ... , `bound` at a time; after a failure it begins no more, and fails too. */
async function eachBounded(count: number, bound: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0
  const lane = async () => {
    while (next < count) {
      try {
        await work(next++)
      } catch (error) {
        next = count
        throw error
      }
    }
  }
  await Promise.all(Array.from({ length: bound }, lane))
}

function summary(graph: CheckedGraph, outcomes: readonly Outcome[], cacheFolder: string): Prepared {
  const usable = outcomes.flatMap(outcome => ('features' in outcome ? [outcome] : []))
  const skipped = outcomes.flatMap(outcome =>
    'failure' in outcome ? [{ clip: outcome.clip.id, path: outcome.clip.path, ...outcome.failure }] : [],
  )
  const cached = graph.nodes.filter(({ id }) => usable[0]?.features[id])
  const ofNode = (node: CheckedNode) => usable.map(({ features }) => features[node.id]!)
  return {
    clips: usable.map(({ clip }) => clip),
    nodes: Object.fromEntries(cached.map(node => [node.id, preparedNode(node, ofNode(node))])),
    statistics: Object.fromEntries(cached.map(node => [node.id, statisticsOf(ofNode(node))])),
    skipped,
    noted: usable.flatMap(({ clip: { id, path }, features }) => {
      const notes = [...new Set(Object.values(features).flatMap(({ notes }) => notes))]
      return notes.length > 0 ? [{ clip: id, path, notes }] : []
    }),
    cacheFolder,
  }
}

/** Length of each clip, as the first node that knows it says; NaN where none does. */
export function secondsOf({ clips, nodes }: Pick<Prepared, 'clips' | 'nodes'>): number[] {
  const known = Object.values(nodes).map(({ seconds }) => seconds)
  return clips.map((_, clip) => known.map(seconds => seconds[clip]!).find(Number.isFinite) ?? Number.NaN)
}

function preparedNode({ out }: CheckedNode, features: readonly PreparedFeature[]): PreparedNode {
  const frame = secondsOfFrame(out)
  const frames = features.map(feature => framesOfLane(out, feature.frames))
  return {
    keys: features.map(({ key }) => key),
    frames,
    seconds: features.map(({ seconds }, clip) => (Number.isNaN(seconds) ? frames[clip]! * frame : seconds)),
  }
}

function secondsOfFrame(out: Port): number {
  const inner = innermost(out)
  if (inner.kind === 'recording') return 1 / inner.rate
  return inner.kind === 'logmel' ? inner.hop / inner.rate : Number.NaN
}

/** Mean and standard deviation from each clip's sums, added up in the order of the clips. */
function statisticsOf(features: readonly PreparedFeature[]): Statistics {
  let count = 0
  let sum = 0
  let sumOfSquares = 0
  for (const { summary } of features) {
    count += summary.count
    sum += summary.sum
    sumOfSquares += summary.sumOfSquares
  }
  const mean = sum / count
  return { mean, deviation: Math.sqrt(Math.max(0, sumOfSquares / count - mean * mean)) }
}
