/** What a stream tells about itself: where the time goes, and who waits for whom. */
import type { CheckedGraph } from '../language/checked.js'
import { type EdgeFigures, edgeFigures, Stop } from './edges.js'
import type { Evaluated } from './tasks.js'

export interface StreamFigures {
  /** Items that hold a permit. */
  inFlight: number
  /** Tasks that no pool thread has begun. */
  queued: number
  /** Items that have left in batches. */
  items: number
  dropped: number
  batches: number
  /** Items a second since the stream began. */
  rate: number
  /** Seconds in which the consumer held no batch and waited for one. */
  consumerWaited: number
  /** Seconds in which the source waited for a permit: the consumer is slower than the stream. */
  sourceWaited: number
  /** Seconds since the stream began. */
  elapsed: number
  /** Seconds spent at each node, over all workers. */
  busy: Record<string, number>
  /** What stages counted, as `node.name`. */
  counts: Record<string, number>
  /** By edge: `near -> mixed`, `mel -> mixed.backgrounds`. */
  edges: Record<string, EdgeFigures>
}

interface Gauges {
  graph: CheckedGraph
  inFlight(): number
  queued(): number
}

/** Made by whoever starts a stream, filled by the stream, read at any time. */
export class StreamMetrics {
  #gauges: Gauges = { graph: { nodes: [] }, inFlight: () => 0, queued: () => 0 }
  #began: number | undefined
  #idleSince: number | undefined
  #held = 0
  #items = 0
  #dropped = 0
  #batches = 0
  #consumerWaited = 0
  #sourceWaited = 0
  readonly #busy: Record<string, number> = {}
  readonly #counts: Record<string, number> = {}
  readonly #runs: Record<string, number> = {}
  readonly #stops = { thread: new Stop(), batch: new Stop(), trainer: new Stop() }
  /** Items of each task that has been asked for, in order: the pool takes them in turn. */
  readonly #asked = new Map<object, number>()
  /** Of batches that have not come back, in order: items, and when they were given out. */
  readonly #given: { items: number; at: number }[] = []
  #lastReturn = 0

  read(): StreamFigures {
    const now = performance.now()
    const elapsed = this.#began === undefined ? 0 : now - this.#began
    const idle = this.#idleSince === undefined ? 0 : now - this.#idleSince
    return {
      inFlight: this.#gauges.inFlight(),
      queued: this.#gauges.queued(),
      items: this.#items,
      dropped: this.#dropped,
      batches: this.#batches,
      rate: elapsed === 0 ? 0 : (1000 * this.#items) / elapsed,
      consumerWaited: (this.#consumerWaited + idle) / 1000,
      sourceWaited: this.#sourceWaited / 1000,
      elapsed: elapsed / 1000,
      busy: Object.fromEntries(Object.entries(this.#busy).map(([id, spent]) => [id, spent / 1000])),
      counts: { ...this.#counts },
      edges: edgeFigures(this.#gauges.graph, {
        stops: this.#stops,
        waiting: this.#waiting(),
        ready: this.#given.slice(1).reduce((sum, { items }) => sum + items, 0),
        runs: this.#runs,
        elapsed: elapsed / 1000,
      }),
    }
  }

  began(gauges: Gauges): void {
    this.#gauges = gauges
    this.#began = this.#idleSince = performance.now()
  }

  ended(): void {
    this.#stopIdling()
    this.#asked.clear()
    for (const stop of [this.#stops.thread, this.#stops.batch]) stop.lose(stop.inside)
  }

  /** A task for the pool; `items` of it will be `evaluated`. */
  asked(task: object, items: number): void {
    this.#asked.set(task, items)
    this.#stops.thread.enter(items)
  }

  /** It came back after `waited` milliseconds in which no thread worked on it. */
  evaluated(task: object, waited: number): void {
    const items = this.#asked.get(task) ?? 0
    this.#asked.delete(task)
    this.#stops.thread.leave(items, waited * items)
    this.#stops.batch.enter(items)
  }

  /** Items that will be in no batch: dropped, twice in it, left over at an epoch's end. */
  lost(items: number): void {
    this.#stops.batch.lose(items)
  }

  /** @param waited milliseconds from the thread to the full batch, over all items */
  delivered(items: number, waited: number): void {
    this.#stopIdling()
    this.#items += items
    this.#batches++
    this.#held++
    this.#stops.batch.leave(items, waited)
    this.#stops.trainer.enter(items)
    this.#given.push({ items, at: performance.now() })
  }

  /** A batch has been released: the oldest one, as far as waiting is counted. */
  returned(): void {
    const now = performance.now()
    const { items, at } = this.#given.shift()!
    this.#stops.trainer.leave(items, items * (Math.max(at, this.#lastReturn) - at))
    this.#lastReturn = now
    this.#held--
    if (this.#held === 0) this.#idleSince = now
  }

  #waiting(): number {
    const tasks = [...this.#asked.values()]
    return tasks.slice(Math.max(0, tasks.length - this.#gauges.queued())).reduce((sum, items) => sum + items, 0)
  }

  dropped(): void {
    this.#dropped++
  }

  sourceWaited(milliseconds: number): void {
    this.#sourceWaited += milliseconds
  }

  /** Adds what one task took and did: milliseconds by node, runs by node, counters by `node.name`. */
  worked({ busy, runs, counts }: Pick<Evaluated, 'busy' | 'runs' | 'counts'>): void {
    addTo(this.#busy, busy)
    addTo(this.#runs, runs)
    addTo(this.#counts, counts)
  }

  #stopIdling(): void {
    if (this.#idleSince === undefined) return
    this.#consumerWaited += performance.now() - this.#idleSince
    this.#idleSince = undefined
  }
}

function addTo(sums: Record<string, number>, more: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(more)) sums[name] = (sums[name] ?? 0) + value
}
