/**
 * Runs the item-place part of a graph for one clip: in a pool worker, or right here. Each stage's work is made once;
 * then an item is a walk over the nodes in order. Cached nodes come from the feature cache, made where they are absent.
 */
import type { Feature, FeatureCache } from '../../data/feature-cache.js'
import type { ItemStage, Stage } from '../../stages/contract.js'
import type { Bank, Clip, Statistics } from '../../stages/values.js'
import type { CheckedGraph, CheckedNode, Input } from '../language/checked.js'
import { atFault } from './at-fault.js'
import { bankOf } from './banks.js'
import { framesOfLane, streamFor, valueFrom } from './cached-values.js'
import { laneOfValue } from './lanes.js'
import { compileNode, type Item, type NodeWork, type Walk } from './node-work.js'

/** The feature cache, or a stand-in. */
export type FeatureStore = Pick<FeatureCache, 'open' | 'write'>

export type Stages = ReadonlyMap<string, Stage>

/** All that decides an item's value, besides the item itself: plain data, sent to each worker once. */
export interface Evaluation {
  graph: CheckedGraph
  seed: number
  /** The usable clips; items and banks name them by position. */
  clips: readonly Clip[]
  /** Feature keys of every cached node, in the order of `clips`. */
  keys: Readonly<Record<string, readonly string[]>>
  /** Of every cached node, over all clips. */
  statistics: Readonly<Record<string, Statistics>>
}

/** Whether a node's values are kept in the feature cache. */
export function isCached(node: CheckedNode, stages: Stages): boolean {
  return node.place === 'item' && stageOf(node, stages).cached === true
}

function stageOf({ id, stage: name }: CheckedNode, stages: Stages): ItemStage {
  const stage = stages.get(name)
  if (stage?.runsIn !== 'item') throw new RangeError(`node '${id}': '${name}' is no stage that works on items`)
  return stage
}

/** Features a worker keeps at hand; each takes some hundred bytes and no descriptor of its own. */
const REMEMBERED = 65_536

function cachedValue({ feature }: Walk, { id, out }: CheckedNode): unknown {
  const found = feature(id)
  return found instanceof Promise ? found.then(made => valueFrom(out, made)) : valueFrom(out, found)
}

interface Step {
  id: string
  /** Nothing is worked out: the value is read from the cache. */
  cached: boolean
  run: NodeWork
}

export class Evaluator {
  /** Milliseconds spent at each node so far. */
  readonly busy: Record<string, number> = {}
  /** Counters of the stages so far, as `node.name`. */
  readonly counts: Record<string, number> = {}
  /** How often each node has run, those apart that are read from the cache; how often each bank was read (`node.port`). */
  readonly runs: Record<string, number> = {}
  /** Told before a node's work on a clip begins: its position in the graph. */
  onBegin: ((node: number) => void) | undefined
  readonly #evaluation: Evaluation
  readonly #stages: Stages
  readonly #nodes: ReadonlyMap<string, CheckedNode>
  readonly #store: FeatureStore
  readonly #features = new Map<string, Feature>()
  readonly #plans = new Map<string, readonly Step[]>()
  readonly #works = new Map<string, NodeWork>()

  constructor(evaluation: Evaluation, stages: Stages, store: FeatureStore) {
    this.#evaluation = evaluation
    this.#stages = stages
    this.#nodes = new Map(evaluation.graph.nodes.map(node => [node.id, node]))
    this.#store = store
  }

  /**
   * The values of some nodes for one item, by id; runs only what they need. Values are not to be written to.
   *
   * @param known values of the item that are there already
   */
  async values(
    outputs: readonly string[],
    item: Item,
    known: Readonly<Record<string, unknown>> = {},
  ): Promise<Record<string, unknown>> {
    return this.#walk(outputs, { ...this.#drawFree(item.clip), item, values: { ...known } })
  }

  /**
   * What a cached node makes of a clip: from the cache, or worked out and written there.
   *
   * @param keyOf key in the feature cache of this clip at a cached node
   * @throws Problem of the cache (`cache-full`, `cache-not-writable`); whatever the stages throw about the clip
   */
  feature(id: string, clip: Clip, keyOf: (node: string) => string): Feature | Promise<Feature> {
    const key = keyOf(id)
    const known = this.#features.get(key)
    if (known) return known
    const found = this.#store.open(key)
    return found ? this.#remember(key, found) : this.#make(id, clip, keyOf)
  }

  /** Opens every feature anew when it is next asked for: the cache may have been emptied. */
  forget(): void {
    this.#features.clear()
  }

  /** Opening a feature checks every byte of its file: once a worker is enough. */
  #remember(key: string, feature: Feature): Feature {
    if (this.#features.size >= REMEMBERED) this.#features.delete(this.#features.keys().next().value!)
    this.#features.set(key, feature)
    return feature
  }

  async #make(id: string, clip: Clip, keyOf: (node: string) => string): Promise<Feature> {
    const node = this.#node(id)
    const walk: Walk = { clip, feature: id => this.feature(id, clip, keyOf), values: {} }
    await this.#walk(
      Object.values(node.inputs).map(input => input.node),
      walk,
    )
    this.#begin(id)
    const feature = await this.#written(node, walk, keyOf(id)).catch(error => {
      throw this.#atFault(error, id, walk)
    })
    framesOfLane(node.out, feature.frames)
    return this.#remember(keyOf(id), feature)
  }

  async #written(node: CheckedNode, walk: Walk, key: string): Promise<Feature> {
    const { bands, blocks, ...about } = streamFor(node.out, await this.#workOf(node)(walk))
    return this.#store.write(key, bands, this.#piecemeal(node.id, blocks()), about)
  }

  /** A long recording takes its time: as long as blocks come, the node is at work and not stuck. */
  async *#piecemeal(id: string, blocks: AsyncIterable<Float32Array>): AsyncGenerator<Float32Array> {
    for await (const block of blocks) {
      this.#begin(id)
      yield block
    }
  }

  #atFault(error: unknown, id: string, { values }: Walk): unknown {
    const stage = this.#stages.get(this.#node(id).stage)
    return stage ? atFault(error, this.#node(id), stage, this.#evaluation.graph.nodes, values) : error
  }

  #begin(id: string): void {
    this.onBegin?.(this.#evaluation.graph.nodes.indexOf(this.#node(id)))
  }

  /** The walk over a clip of the set, by position, without draws. */
  #drawFree(position: number): Walk {
    const { clips, keys } = this.#evaluation
    const clip = clips[position]!
    const keyOf = (node: string) => {
      const key = keys[node]?.[position]
      if (key === undefined) throw new Error(`the features of '${node}' have not been prepared`)
      return key
    }
    return { clip, feature: node => this.feature(node, clip, keyOf), values: {} }
  }

  async #walk(outputs: readonly string[], walk: Walk): Promise<Record<string, unknown>> {
    for (const { id, cached, run } of this.#plan(outputs)) {
      if (id in walk.values) continue
      const start = performance.now()
      this.#begin(id)
      try {
        const value = run(walk)
        walk.values[id] = value instanceof Promise ? await value : value
      } catch (error) {
        throw this.#atFault(error, id, walk)
      }
      this.busy[id] = (this.busy[id] ?? 0) + performance.now() - start
      if (!cached) this.runs[id] = (this.runs[id] ?? 0) + 1
    }
    return walk.values
  }

  /** The nodes to run for these outputs, in order; a cached node needs nothing above it. */
  #plan(outputs: readonly string[]): readonly Step[] {
    const name = outputs.join('\u0000')
    let plan = this.#plans.get(name)
    if (!plan) {
      const needed = new Set<string>()
      const need = (id: string) => {
        if (needed.has(id)) return
        needed.add(id)
        if (this.#isCached(id)) return
        for (const input of Object.values(this.#node(id).inputs)) if (!input.bank) need(input.node)
      }
      outputs.forEach(need)
      plan = this.#evaluation.graph.nodes.filter(({ id }) => needed.has(id)).map(node => this.#step(node))
      this.#plans.set(name, plan)
    }
    return plan
  }

  #step(node: CheckedNode): Step {
    const { id } = node
    if (node.place === 'source') return { id, cached: false, run: ({ clip }) => clip }
    const cached = this.#isCached(id)
    return { id, cached, run: cached ? walk => cachedValue(walk, node) : this.#workOf(node) }
  }

  #workOf(node: CheckedNode): NodeWork {
    let work = this.#works.get(node.id)
    if (!work) {
      const { seed } = this.#evaluation
      const count = (name: string) => {
        const counter = `${node.id}.${name}`
        this.counts[counter] = (this.counts[counter] ?? 0) + 1
      }
      work = compileNode(node, stageOf(node, this.#stages), seed, input => this.#bank(node, input), count)
      this.#works.set(node.id, work)
    }
    return work
  }

  #bank(reader: CheckedNode, input: Input): Bank<unknown> {
    const { clips, statistics } = this.#evaluation
    const { node, lane } = input
    const port = Object.keys(reader.inputs).find(name => reader.inputs[name] === input)
    const edge = `${reader.id}.${port}`
    const valueAt = async (position: number) => {
      this.runs[edge] = (this.runs[edge] ?? 0) + 1
      const value = (await this.#walk([node], this.#drawFree(position)))[node]
      return lane ? laneOfValue(value, lane) : value
    }
    return bankOf(clips, valueAt, statistics[node])
  }

  #isCached(id: string): boolean {
    return isCached(this.#node(id), this.#stages)
  }

  #node(id: string): CheckedNode {
    const node = this.#nodes.get(id)
    if (!node) throw new RangeError(`the graph has no node '${id}'`)
    return node
  }
}
