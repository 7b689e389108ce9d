/** Which clip comes when: the source stage's order, epoch after epoch, the same for the same seed. */
import { Problem } from '../../data/problem.js'
import type { Clip } from '../../stages/values.js'
import type { CheckedGraph, CheckedNode } from '../language/checked.js'
import { keyedDraws } from './draws.js'
import type { Stages } from './evaluate.js'
import type { Item } from './node-work.js'

export interface SourceOptions {
  graph: CheckedGraph
  stages: Stages
  clips: readonly Clip[]
  /** Seconds of each clip. */
  durations(): readonly number[]
  /** Of each clip, decibels over its noise floor. */
  activity(): readonly number[]
  seed: number
  /** Items of a batch: a source that repeats clips has its repetitions spread over batches. */
  batch: number
}

/** The items of an epoch, in order. */
export type EpochOrder = (epoch: number) => Item[]

/** @throws Problem if the graph has no source, or several */
export function sourceOrder({ graph, stages, clips, durations, activity, seed, batch }: SourceOptions): EpochOrder {
  const source = onlySource(graph)
  const stage = stages.get(source.stage)
  if (stage?.runsIn !== 'source') throw new RangeError(`node '${source.id}': '${source.stage}' is no source`)
  const order = stage.order(source.parameters)
  const positions = new Map(clips.map(({ id }, position) => [id, position]))
  return epoch => {
    const rng = keyedDraws({ seed, node: source.id, epoch, item: '' })
    const seen = new Map<string, number>()
    return spread(order({ clips, durations, activity, batch, rng }), batch).map(({ id }, position) => {
      const occurrence = seen.get(id) ?? 0
      seen.set(id, occurrence + 1)
      return { clip: positions.get(id)!, epoch, position, occurrence }
    })
  }
}

/**
 * The same clips, so moved that each run of `size` holds different ones: a clip that is in the run already waits for the
 * next. Repetitions that find no run any more are left out; an order without repetitions stays as it is.
 */
export function spread(order: readonly Clip[], size: number): readonly Clip[] {
  if (new Set(order.map(({ id }) => id)).size === order.length) return order
  const out: Clip[] = []
  let waiting: Clip[] = []
  let next = 0
  for (;;) {
    const run = new Map<string, Clip>()
    const later: Clip[] = []
    const take = (clip: Clip) => (run.has(clip.id) || run.size === size ? later.push(clip) : run.set(clip.id, clip))
    waiting.forEach(take)
    while (run.size < size && next < order.length) take(order[next++]!)
    out.push(...run.values())
    if (run.size < size) return out
    waiting = later
  }
}

function onlySource({ nodes }: CheckedGraph): CheckedNode {
  const sources = nodes.filter(({ place }) => place === 'source')
  if (sources.length === 1) return sources[0]!
  const names = sources.map(({ id }) => `'${id}'`).join(', ')
  throw new Problem('one-source', `A graph is fed by one source of clips; this one has ${names || 'none'}.`)
}
