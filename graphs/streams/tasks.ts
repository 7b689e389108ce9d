/** What the main thread asks of a pool worker, what comes back, and how a worker answers. */
import { contentHash } from '../../data/content-hash.js'
import { Problem } from '../../data/problem.js'
import type { Pair } from '../../stages/values.js'
import { cachedNodes, type Evaluation, Evaluator, type FeatureStore, type Stages } from './evaluate.js'
import { featureKey } from './features.js'
import { type BatchLayout, type BatchValues, roomFor } from './layout.js'
import type { Item } from './node-work.js'

/** What all tasks of a run share: plain data, sent to each worker once. */
export interface Setup {
  evaluation: Evaluation
  layouts: readonly BatchLayout[]
  /** Folder of the feature cache. */
  cacheFolder: string
  /** URL of the module whose `loadStages` names the stages; stages/registry.js if absent. */
  stagesModule?: string | undefined
}

/** `prepare` puts the cached nodes of one clip (by position) into the cache; `evaluate` runs a sub-batch. */
export type Task = { kind: 'prepare'; clip: number } | { kind: 'evaluate'; items: readonly Item[] }

export interface Failure {
  code: string
  reason: string
  hint?: string | undefined
}

export interface PreparedFeature {
  key: string
  frames: number
  /** Length of the sound; NaN if the stage did not say. */
  seconds: number
  summary: { count: number; sum: number; sumOfSquares: number }
}

/** `fatal`: the cache is at fault, not the clip. */
export type PreparedClip = { features: Record<string, PreparedFeature> } | { failure: Failure; fatal: boolean }

export interface Evaluated {
  /** The good items one after the other, in the order asked for. */
  values: BatchValues
  /** The others, by their place in `items`, ascending. */
  drops: ({ index: number } & Failure)[]
  /** Milliseconds spent at each node. */
  busy: Record<string, number>
}

/** No clip would fare better. */
const CACHE_PROBLEMS = new Set(['cache-full', 'cache-not-writable'])

/** Answers tasks about one setup. */
export class TaskRunner {
  readonly #setup: Setup
  readonly #stages: Stages
  readonly #evaluator: Evaluator
  #reported: Record<string, number> = {}

  constructor(setup: Setup, stages: Stages, store: FeatureStore) {
    this.#setup = setup
    this.#stages = stages
    this.#evaluator = new Evaluator(setup.evaluation, stages, store)
  }

  async prepare(position: number): Promise<PreparedClip> {
    const { graph, clips } = this.#setup.evaluation
    const clip = clips[position]!
    try {
      const hash = await contentHash(clip.path)
      const features: Record<string, PreparedFeature> = {}
      for (const { id } of cachedNodes(graph, this.#stages)) {
        const keyOf = (node: string) => featureKey(graph, node, hash, clip)
        const { frames, seconds, summary } = await this.#evaluator.feature(id, clip, keyOf)
        if (frames === 0) throw new Problem('no-frames', `'${id}' gives no frames: the clip is too short.`)
        if (!Number.isFinite(summary.sum) || !Number.isFinite(summary.sumOfSquares))
          throw new Problem('not-finite', `'${id}' gives numbers that are not finite.`)
        features[id] = { key: keyOf(id), frames, seconds, summary }
      }
      return { features }
    } catch (error) {
      return { failure: failureOf(error), fatal: error instanceof Problem && CACHE_PROBLEMS.has(error.code) }
    }
  }

  /** A clip that fails is dropped with its reason; the others do not notice. */
  async evaluate(items: readonly Item[]): Promise<Evaluated> {
    const { layouts } = this.#setup
    const outputs = [...new Set(layouts.map(({ from }) => from))]
    const room = roomFor(layouts, items.length)
    const drops: Evaluated['drops'] = []
    for (const [index, item] of items.entries()) {
      try {
        const values = await this.#evaluator.values(outputs, item)
        const row = index - drops.length
        for (const layout of layouts) place(values[layout.from], layout, room, row)
      } catch (error) {
        drops.push({ index, ...failureOf(error) })
      }
    }
    const count = items.length - drops.length
    return { values: drops.length === 0 ? room : firstOf(room, layouts, count), drops, busy: this.#busySince() }
  }

  #busySince(): Record<string, number> {
    const now = { ...this.#evaluator.busy }
    const before = this.#reported
    this.#reported = now
    return Object.fromEntries(Object.entries(now).map(([id, spent]) => [id, spent - (before[id] ?? 0)]))
  }
}

function failureOf(error: unknown): Failure {
  if (error instanceof Problem) return { code: error.code, reason: error.message, hint: error.hint }
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  return { code: typeof code === 'string' ? code : 'failed', reason: String(message ?? error) }
}

function place(value: unknown, { id, lane, lanes, length }: BatchLayout, room: BatchValues, row: number): void {
  const whole = lane ? (value as Pair<unknown>)[lane] : value
  for (const name of lanes) {
    const numbers = name === 'only' ? whole : (whole as Pair<unknown>)[name]
    if (!(numbers instanceof Float32Array) || numbers.length !== length) {
      const what = numbers instanceof Float32Array ? `${numbers.length} numbers` : `no patch but ${typeof numbers}`
      throw new Problem('wrong-size', `'${id}' expects ${length} numbers an item, and ${what} came.`)
    }
    room[id]![name]!.set(numbers, row * length)
  }
}

function firstOf(room: BatchValues, layouts: readonly BatchLayout[], count: number): BatchValues {
  return Object.fromEntries(
    layouts.map(({ id, lanes, length }) => [
      id,
      Object.fromEntries(lanes.map(lane => [lane, room[id]![lane]!.subarray(0, count * length)])),
    ]),
  )
}
