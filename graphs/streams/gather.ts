/** The end of a stream: gathers evaluated items, in the order of the source, to batches. */
import { Observable, type OperatorFunction } from 'rxjs'
import { Problem } from '../../data/problem.js'
import type { Clip } from '../../stages/values.js'
import type { Permit } from './credits.js'
import { type BatchLayout, type BatchValues, roomFor } from './layout.js'
import type { StreamMetrics } from './metrics.js'
import { whyLeftOut } from './prepare.js'
import { type Cursor, type EpochTally, giveBack, type SubBatch, smallerBatch } from './sub-batches.js'
import type { Evaluated, Failure } from './tasks.js'

export interface BatchItem {
  /** Id of the clip. */
  clip: string
  epoch: number
  position: number
}

export interface Batch {
  /** Batch node, then lane (`a`, `b` of pairs, else `only`): items one after the other. The receiver's own. */
  values: BatchValues
  items: BatchItem[]
  /** A stream started here goes on with the next batch. */
  cursor: Cursor
  /** Lets the stream make another one; a second call does nothing. */
  release(): void
}

/** An item that was left out on the way. */
export interface Dropped extends Failure, BatchItem {
  path: string
}

export interface EvaluatedSubBatch {
  sub: SubBatch
  evaluated: Evaluated
  /** When it came back from the pool, as performance.now() tells. */
  ready: number
}

export interface GatherOptions {
  clips: readonly Clip[]
  layouts: readonly BatchLayout[]
  size: number
  metrics: StreamMetrics
  onDrop?: ((dropped: Dropped) => void) | undefined
}

/**
 * Every batch holds `size` different clips of one epoch. What is left of an epoch is let go; so is a clip that the
 * batch holds already. Dropped items are reported just before the batch that follows them, in the order of the source:
 * a stream resumed at a batch reports exactly those that come after it. Errors with Problem `no-batch-in-epoch` if a whole epoch fills none.
 */
export function gather(options: GatherOptions): OperatorFunction<EvaluatedSubBatch, Batch> {
  return source =>
    new Observable(subscriber => {
      const filling = new Filling(options)
      let tally: EpochTally | undefined
      let filled = 0
      subscriber.add(() => filling.close())
      return source.subscribe({
        error: error => subscriber.error(error),
        complete: () => subscriber.complete(),
        next: ({ sub, evaluated, ready }) => {
          if (sub.tally !== tally) {
            if (tally?.whole && filled === 0) {
              giveBack(sub)
              const problem = noBatch(tally, filling, options)
              filling.report()
              return subscriber.error(problem)
            }
            filling.letGo()
            tally = sub.tally
            filled = 0
          }
          for (const batch of filling.add(sub, evaluated, ready)) {
            filled++
            subscriber.next(batch)
          }
          sub.tally.settle(sub.items.length, filling.count)
        },
      })
    })
}

/** The batch that is being filled. */
class Filling {
  readonly #options: GatherOptions
  readonly #clips = new Set<number>()
  #values: BatchValues | undefined
  #items: BatchItem[] = []
  #permits: Permit[] = []
  #dropped: Dropped[] = []
  /** Sum of the times at which the items were ready. */
  #readySum = 0
  #closed = false

  constructor(options: GatherOptions) {
    this.#options = options
  }

  get count(): number {
    return this.#items.length
  }

  /** Since the last batch. */
  get dropped(): readonly Dropped[] {
    return this.#dropped
  }

  /** Takes the items of a sub-batch; gives each batch that they fill. */
  *add({ items, permits }: SubBatch, { values, drops }: Evaluated, ready: number): Generator<Batch> {
    const { clips, size } = this.#options
    let dropped = 0
    for (const [index, { clip, epoch, position }] of items.entries()) {
      const { id, path } = clips[clip]!
      const drop = drops[dropped]
      if (this.#closed) this.#lose(permits[index]!)
      else if (drop?.index === index) {
        dropped++
        this.#lose(permits[index]!)
        const { code, reason, hint } = drop
        this.#dropped.push({ clip: id, path, epoch, position, code, reason, hint })
      } else if (this.#clips.has(clip)) this.#lose(permits[index]!)
      else {
        this.#copy(values, index - dropped)
        this.#clips.add(clip)
        this.#items.push({ clip: id, epoch, position })
        this.#permits.push(permits[index]!)
        this.#readySum += ready
        if (this.count === size) yield this.#full()
      }
    }
  }

  report(): void {
    const { onDrop, metrics } = this.#options
    for (const drop of this.#dropped) {
      metrics.dropped()
      onDrop?.(drop)
    }
    this.#dropped = []
  }

  letGo(): void {
    for (const permit of this.#permits) this.#lose(permit)
    this.#reset()
  }

  #lose(permit: Permit): void {
    permit.release()
    this.#options.metrics.lost(1)
  }

  /** Takes nothing any more. */
  close(): void {
    this.#closed = true
    this.letGo()
  }

  #copy(values: BatchValues, row: number): void {
    const { layouts, size } = this.#options
    this.#values ??= roomFor(layouts, size)
    for (const { id, lanes, length } of layouts) {
      for (const lane of lanes) {
        const item = values[id]![lane]!.subarray(row * length, (row + 1) * length)
        this.#values[id]![lane]!.set(item, this.count * length)
      }
    }
  }

  #full(): Batch {
    const { metrics } = this.#options
    const permits = this.#permits
    const items = this.#items
    const values = this.#values!
    const { epoch, position } = items.at(-1)!
    const waited = items.length * performance.now() - this.#readySum
    this.#values = undefined
    this.report()
    this.#reset()
    metrics.delivered(items.length, waited)
    let held = true
    const release = () => {
      if (!held) return
      held = false
      metrics.returned()
      for (const permit of permits) permit.release()
    }
    return { values, items, cursor: { epoch, position: position + 1 }, release }
  }

  #reset(): void {
    this.#clips.clear()
    this.#items = []
    this.#permits = []
    this.#dropped = []
    this.#readySum = 0
  }
}

function noBatch(
  { epoch, length }: EpochTally,
  { count, dropped }: Filling,
  { size, layouts }: GatherOptions,
): Problem {
  const [first] = dropped
  const why = first ? ` ${dropped.length} came to nothing; the first, ${whyLeftOut(first)}` : ''
  const message = `Epoch ${epoch} has ${length} items, and too few of them could be used to fill one batch of ${size}.${why}`
  return new Problem('no-batch-in-epoch', message, {
    hint: `${first?.hint ? `${first.hint} ` : ''}Mend what is dropped, or add recordings${smallerBatch(layouts[0]!.id, count)}.`,
  })
}
