/** The source of a stream: takes a permit an item and hands out sub-batches, each small enough to spread over workers. */
import { Problem } from '../../data/problem.js'
import type { Credits, Permit } from './credits.js'
import type { StreamMetrics } from './metrics.js'
import type { Item } from './node-work.js'
import type { EpochOrder } from './source-order.js'

/** Where a run goes on: the place after the last item of a batch. */
export interface Cursor {
  epoch: number
  position: number
}

/** What has become of one epoch's items so far; shared by the source and by the gatherer. */
export class EpochTally {
  /** Handed out, and not yet gathered or dropped. */
  pending = 0
  /** In the batch that is being filled. */
  gathered = 0
  #changed: (() => void) | undefined

  constructor(
    readonly epoch: number,
    /** From its first item on, not resumed in the middle. */
    readonly whole: boolean,
    readonly length: number,
  ) {}

  settle(items: number, gathered: number): void {
    this.pending -= items
    this.gathered = gathered
    this.#changed?.()
  }

  /** At the next `settle`. @throws the signal's reason once it is aborted */
  async change(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    await new Promise<void>((resolve, reject) => {
      const abort = () => reject(signal.reason)
      signal.addEventListener('abort', abort, { once: true })
      this.#changed = () => {
        signal.removeEventListener('abort', abort)
        resolve()
      }
    })
  }
}

export interface SubBatch {
  tally: EpochTally
  items: Item[]
  permits: Permit[]
}

export function giveBack({ permits }: SubBatch): void {
  for (const permit of permits) permit.release()
}

export interface SubBatchOptions {
  order: EpochOrder
  start: Cursor
  /** Items of a batch, and of a sub-batch at most. */
  batch: number
  /** Id of the batch node, for messages. */
  node: string
  most: number
  credits: Credits
  /** Of one item. */
  bytes: number
  /** Gets every sub-batch before it is handed out; whoever takes it over deletes it. */
  underway: Set<SubBatch>
  metrics: StreamMetrics
  signal: AbortSignal
}

/**
 * Sub-batches without end; none spans two epochs. Items at the end of an epoch that cannot fill a batch are not handed
 * out, unless something before them is dropped and makes room.
 *
 * @throws Problem `too-few-clips` if an epoch is shorter than a batch; the signal's reason once it is aborted
 */
export async function* subBatches(options: SubBatchOptions): AsyncGenerator<SubBatch> {
  const { order, start, batch, node, signal } = options
  for (let epoch = start.epoch; !signal.aborted; epoch++) {
    const items = order(epoch)
    if (items.length < batch) throw tooFewClips(items.length, batch, node)
    const from = epoch === start.epoch ? start.position : 0
    const tally = new EpochTally(epoch, from === 0, items.length)
    yield* ofEpoch(items.slice(from), tally, options)
  }
}

async function* ofEpoch(
  items: readonly Item[],
  tally: EpochTally,
  { batch, most, credits, bytes, underway, metrics, signal }: SubBatchOptions,
): AsyncGenerator<SubBatch> {
  let sub: SubBatch = { tally, items: [], permits: [] }
  const flush = function* () {
    if (sub.items.length === 0 || signal.aborted) return // once ended, nobody would give back what is underway
    const full = sub
    sub = { tally, items: [], permits: [] }
    underway.add(full)
    yield full
  }
  try {
    for (const [index, item] of items.entries()) {
      if (signal.aborted) return
      const left = items.length - index
      while (((tally.gathered + tally.pending) % batch) + left < batch) {
        if (tally.pending === 0 || signal.aborted) return
        if (sub.items.length > 0) yield* flush()
        else await tally.change(signal)
      }
      let permit = credits.tryAcquire(bytes)
      if (!permit) {
        yield* flush() // what is in hand may be what the window waits for
        const since = performance.now()
        permit = await credits.acquire(bytes, signal)
        if (signal.aborted) return permit.release()
        metrics.sourceWaited(performance.now() - since)
      }
      tally.pending++
      sub.items.push(item)
      sub.permits.push(permit)
      if (sub.items.length === most) yield* flush()
    }
    yield* flush()
  } finally {
    giveBack(sub) // ended before it was handed out
  }
}

/** @param node id of the batch node */
export function tooFewClips(clips: number, batch: number, node: string): Problem {
  const message = `The training set has ${clips === 1 ? '1 usable clip' : `${clips} usable clips`}, and a batch takes ${batch} different ones.`
  return new Problem('too-few-clips', message, { hint: `Add recordings${smallerBatch(node, clips)}.` })
}

/** What to do where fewer clips than a batch takes can be used: `, or lower the size of the batch: ...`. */
export const smallerBatch = (node: string, clips: number): string =>
  clips < 2 ? '' : `, or take smaller batches: --set nodes.${node}.size=${clips}`
