/**
 * Credits bound what is alive in a graph: RxJS is push only, and limits on single operators do not compose. A source
 * takes a permit an item; it travels with the item and returns when its last consumer is done, dropped it, or failed.
 */
export interface Permit {
  readonly bytes: number
  /** Gives the permit back; a second call does nothing. */
  release(): void
}

export interface Window {
  /** Most items alive at once. */
  items: number
  /** Most bytes alive at once; unlimited if absent. */
  bytes?: number | undefined
}

interface Waiter {
  bytes: number
  grant(permit: Permit): void
}

export class Credits {
  readonly #window: Required<Window>
  readonly #waiting = new Set<Waiter>()
  #items = 0
  #bytes = 0

  /** @throws RangeError if the window holds no item */
  constructor({ items, bytes = Number.POSITIVE_INFINITY }: Window) {
    if (!(items >= 1) || !(bytes >= 0))
      throw new RangeError(`a window of ${items} items and ${bytes} bytes holds nothing`)
    this.#window = { items, bytes }
  }

  /** Permits that have not come back. */
  get inFlight(): number {
    return this.#items
  }

  get bytesInFlight(): number {
    return this.#bytes
  }

  /** How many wait for a permit. */
  get waiting(): number {
    return this.#waiting.size
  }

  /**
   * A permit at once, or undefined if the window is full or others wait already.
   *
   * @param bytes size of the item
   * @throws RangeError if the item alone is larger than the window: it would wait for ever
   */
  tryAcquire(bytes = 0): Permit | undefined {
    if (!(bytes >= 0 && bytes <= this.#window.bytes)) {
      throw new RangeError(`an item of ${bytes} bytes does not fit a window of ${this.#window.bytes} bytes`)
    }
    return this.#waiting.size === 0 && this.#fits(bytes) ? this.#take(bytes) : undefined
  }

  /**
   * A permit as soon as the window has room; first come, first served.
   *
   * @throws RangeError as tryAcquire; the signal's reason once it is aborted
   */
  async acquire(bytes = 0, signal?: AbortSignal): Promise<Permit> {
    signal?.throwIfAborted()
    const permit = this.tryAcquire(bytes)
    if (permit) return permit
    return new Promise((resolve, reject) => {
      const abort = () => {
        this.#waiting.delete(waiter)
        reject(signal!.reason)
        this.#serve() // the next in line may need less
      }
      const waiter: Waiter = {
        bytes,
        grant: permit => {
          signal?.removeEventListener('abort', abort)
          resolve(permit)
        },
      }
      this.#waiting.add(waiter)
      signal?.addEventListener('abort', abort, { once: true })
    })
  }

  #fits(bytes: number): boolean {
    return this.#items < this.#window.items && this.#bytes + bytes <= this.#window.bytes
  }

  #take(bytes: number): Permit {
    this.#items++
    this.#bytes += bytes
    let held = true
    return {
      bytes,
      release: () => {
        if (!held) return
        held = false
        this.#items--
        this.#bytes -= bytes
        this.#serve()
      },
    }
  }

  #serve(): void {
    for (const waiter of this.#waiting) {
      if (!this.#fits(waiter.bytes)) return
      this.#waiting.delete(waiter)
      waiter.grant(this.#take(waiter.bytes))
    }
  }
}
