/** What the main thread asks of a pool worker, what comes back, and how a worker answers. */
import { contentHash } from '../../data/content-hash.js'
import { Problem } from '../../data/problem.js'
import { namedFiles } from '../../stages/audio/named-files.js'
import type { Clip } from '../../stages/values.js'
import { allFinite, notFiniteIn } from './at-fault.js'
import { type Evaluation, Evaluator, type FeatureStore, isCached, type Stages } from './evaluate.js'
import { featureKey } from './features.js'
import { laneOfValue } from './lanes.js'
import { type BatchLayout, type BatchValues, roomFor } from './layout.js'
import type { Item } from './node-work.js'
import { begin, type WorkerStatus } from './worker-status.js'

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
  /** What is odd about the clip's file. */
  notes: readonly string[]
  summary: { count: number; sum: number; sumOfSquares: number }
}

/** `fatal`: the cache, the engine or a checkpoint is at fault, not the clip. */
export type PreparedClip = { features: Record<string, PreparedFeature> } | { failure: Failure; fatal: boolean }

export interface Evaluated {
  /** The good items one after the other, in the order asked for. */
  values: BatchValues
  /** The others, by their place in `items`, ascending. */
  drops: ({ index: number } & Failure)[]
  /** Milliseconds spent at each node. */
  busy: Record<string, number>
  /** Counters of the stages, as `node.name`. */
  counts: Record<string, number>
  /** How often each node ran, and each bank was read (`node.port`). */
  runs: Record<string, number>
  /** Milliseconds from beginning to end. */
  spent: number
}

type Sums = Pick<Evaluated, 'busy' | 'counts' | 'runs'>

/** An item is tried so often while somebody takes features away. */
const ATTEMPTS = 5

/** No clip would fare better. */
const FATAL = new Set(
  'cache-full cache-limit cache-changed cache-not-writable no-engine no-checkpoint bad-checkpoint checkpoint-mismatch wrong-processor'.split(
    ' ',
  ),
)

/** Answers tasks about one setup. */
export class TaskRunner {
  readonly #setup: Setup
  readonly #stages: Stages
  readonly #evaluator: Evaluator
  #reported: Sums = { busy: {}, counts: {}, runs: {} }

  constructor(setup: Setup, stages: Stages, store: FeatureStore) {
    this.#setup = setup
    this.#stages = stages
    this.#evaluator = new Evaluator(setup.evaluation, stages, store)
  }

  /** @param status where it is written down what is being done */
  async prepare(position: number, status?: WorkerStatus): Promise<PreparedClip> {
    const { graph, clips } = this.#setup.evaluation
    const clip = clips[position]!
    this.#evaluator.onBegin = status && (node => begin(status, node, position))
    try {
      const hash = await this.#contentOf(clip)
      const features: Record<string, PreparedFeature> = {}
      for (const { id } of graph.nodes.filter(node => isCached(node, this.#stages))) {
        const keyOf = (node: string) => featureKey(graph, node, hash, clip)
        const { frames, seconds, notes, summary } = await this.#retried(async () =>
          this.#evaluator.feature(id, clip, keyOf),
        )
        if (frames === 0) throw new Problem('no-frames', `'${id}' gives no frames: the clip is too short.`)
        if (!Number.isFinite(summary.sum) || !Number.isFinite(summary.sumOfSquares))
          throw new Problem('not-finite', `'${id}' gives numbers that are not finite.`)
        features[id] = { key: keyOf(id), frames, seconds, notes, summary }
      }
      return { features }
    } catch (error) {
      return { failure: failureOf(error), fatal: isFatal(error) }
    }
  }

  /** Of its file, and of others that its row names for a stage. */
  async #contentOf(clip: Clip): Promise<string> {
    const columns = this.#setup.evaluation.graph.nodes.flatMap(({ stage: name, parameters }) => {
      const stage = this.#stages.get(name)
      return (stage?.runsIn === 'item' && stage.filesOf?.(parameters)) || []
    })
    const others = columns.flatMap(column => namedFiles(clip, column)).filter(file => file !== undefined)
    return (await Promise.all([clip.path, ...others].map(contentHash))).join(' ')
  }

  /** A clip that fails is dropped with its reason; the others do not notice. @throws Problem that every clip would meet */
  async evaluate(items: readonly Item[], status?: WorkerStatus): Promise<Evaluated> {
    const began = performance.now()
    const { layouts } = this.#setup
    const outputs = [...new Set(layouts.map(({ from }) => from))]
    const room = roomFor(layouts, items.length)
    const drops: Evaluated['drops'] = []
    for (const [index, item] of items.entries()) {
      this.#evaluator.onBegin = status && (node => begin(status, node, item.clip))
      try {
        const values = await this.#retried(() => this.#evaluator.values(outputs, item))
        const row = index - drops.length
        for (const layout of layouts) place(values[layout.from], layout, room, row)
        this.#demandFinite(room, row, values)
      } catch (error) {
        if (isFatal(error)) throw error
        drops.push({ index, ...failureOf(error) })
      }
    }
    const count = items.length - drops.length
    const values = drops.length === 0 ? room : firstOf(room, layouts, count)
    return { values, drops, ...this.#since(), spent: performance.now() - began }
  }

  /** What is no longer in the cache is made again, and the work done again with the same draws. */
  async #retried<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work()
      } catch (error) {
        if (!(error instanceof Problem) || error.code !== 'cache-changed' || attempt === ATTEMPTS) throw error
        this.#evaluator.forget()
      }
    }
  }

  /** The first node of the graph that made a number which is not finite is named. @throws Problem `not-finite` */
  #demandFinite(room: BatchValues, row: number, values: Readonly<Record<string, unknown>>): void {
    const { layouts, evaluation } = this.#setup
    const rows = layouts.flatMap(({ id, lanes, length }) =>
      lanes.map(lane => room[id]![lane]!.subarray(row * length, (row + 1) * length)),
    )
    if (rows.every(allFinite)) return
    throw notFiniteIn(evaluation.graph.nodes, values)!
  }

  /** What has come to the evaluator's figures since the last time. */
  #since(): Sums {
    const { busy, counts, runs } = this.#evaluator
    const before = this.#reported
    this.#reported = { busy: { ...busy }, counts: { ...counts }, runs: { ...runs } }
    return {
      busy: increase(before.busy, busy),
      counts: increase(before.counts, counts),
      runs: increase(before.runs, runs),
    }
  }
}

const isFatal = (error: unknown) => error instanceof Problem && FATAL.has(error.code)

function increase(before: Readonly<Record<string, number>>, now: Readonly<Record<string, number>>) {
  return Object.fromEntries(Object.entries(now).map(([name, value]) => [name, value - (before[name] ?? 0)]))
}

function failureOf(error: unknown): Failure {
  if (error instanceof Problem) return { code: error.code, reason: error.message, hint: error.hint }
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  return { code: typeof code === 'string' ? code : 'failed', reason: String(message ?? error) }
}

function place(value: unknown, { id, lane, lanes, shape, length }: BatchLayout, room: BatchValues, row: number): void {
  const whole = lane ? laneOfValue(value, lane) : value
  for (const name of lanes) {
    const numbers = name === 'only' ? whole : laneOfValue(whole, name)
    put(numbers, shape, room[id]![name]!.subarray(row * length, (row + 1) * length), id)
  }
}

/** Channels, however deep, one after the other. @throws Problem `wrong-size` */
function put(value: unknown, shape: readonly number[], target: Float32Array, id: string): void {
  if (Array.isArray(value) && value.length === shape[0]) {
    const size = target.length / value.length
    for (const [at, part] of value.entries()) put(part, shape.slice(1), target.subarray(at * size, (at + 1) * size), id)
  } else if (value instanceof Float32Array && value.length === target.length) target.set(value)
  else {
    const what =
      value instanceof Float32Array || Array.isArray(value)
        ? `${value.length} ${Array.isArray(value) ? 'channels' : 'numbers'}`
        : `no numbers but ${typeof value}`
    throw new Problem('wrong-size', `'${id}' expects ${shape.join(' x ')} numbers an item, and ${what} came.`)
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
