/** What a stream tells about itself: where the time goes, and who waits for whom. */
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
}

interface Gauges {
  inFlight(): number
  queued(): number
}

/** Made by whoever starts a stream, filled by the stream, read at any time. */
export class StreamMetrics {
  #gauges: Gauges = { inFlight: () => 0, queued: () => 0 }
  #began: number | undefined
  #idleSince: number | undefined
  #held = 0
  #items = 0
  #dropped = 0
  #batches = 0
  #consumerWaited = 0
  #sourceWaited = 0
  readonly #busy: Record<string, number> = {}

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
    }
  }

  began(gauges: Gauges): void {
    this.#gauges = gauges
    this.#began = this.#idleSince = performance.now()
  }

  ended(): void {
    this.#stopIdling()
  }

  delivered(items: number): void {
    this.#stopIdling()
    this.#items += items
    this.#batches++
    this.#held++
  }

  /** A batch has been released. */
  returned(): void {
    this.#held--
    if (this.#held === 0) this.#idleSince = performance.now()
  }

  dropped(): void {
    this.#dropped++
  }

  sourceWaited(milliseconds: number): void {
    this.#sourceWaited += milliseconds
  }

  /** Adds milliseconds spent, by node. */
  worked(busy: Readonly<Record<string, number>>): void {
    for (const [id, spent] of Object.entries(busy)) this.#busy[id] = (this.#busy[id] ?? 0) + spent
  }

  #stopIdling(): void {
    if (this.#idleSince === undefined) return
    this.#consumerWaited += performance.now() - this.#idleSince
    this.#idleSince = undefined
  }
}
