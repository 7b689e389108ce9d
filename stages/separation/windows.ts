/** Separation of sounds of any length: window by window, cross-faded where windows overlap, in bounded memory. */
import { joined } from '../sample-arrays.js'
import { cheapestColumns } from './permutation.js'
import { product } from './products.js'

/** From a mixture to its channels, each as long. */
export type Separate = (mixture: Float32Array) => Float32Array[]

/** Seconds of a window and of what it shares with the one before, if nothing is said. */
export const USUAL = { window: 10, overlap: 1 }

export interface Windows {
  /** Samples of a window. */
  length: number
  /** Samples that a window shares with the one before, at least; less than the length. */
  overlap: number
}

/**
 * The channels of a sound, block by block; each block holds all of them. A sound of at most one window is separated as it
 * is. Of a longer one all windows are equally long: the last reaches back as far as it must. Which source comes out as
 * which channel is the network's whim in each window anew: channels are put in the order in which they are most alike to
 * those before, by their products where both overlap. The fade is linear, so that channels which add up to the mixture go
 * on doing so.
 */
export async function* separateInWindows(
  sound: AsyncIterable<Float32Array> | Iterable<Float32Array>,
  separate: Separate,
  { length, overlap }: Windows,
): AsyncGenerator<Float32Array[]> {
  const hop = length - overlap
  const pending = new Pending(sound)
  let tail: Float32Array[] | undefined // channels of the window before, from the start of this one
  try {
    for (;;) {
      const more = await pending.fill(hop + length)
      const window = pending.first(length)
      if (window.length === 0) return
      const channels = continued(tail, separate(window))
      if (!more && pending.length <= length) return yield channels
      const step = more ? hop : pending.length - length
      yield channels.map(channel => channel.slice(0, step))
      tail = channels.map(channel => channel.slice(step))
      pending.drop(step)
    }
  } finally {
    await pending.close()
  }
}

/** Samples that have come and are still needed. */
class Pending {
  #samples: Float32Array = new Float32Array(0)
  readonly #blocks: AsyncIterator<Float32Array> | Iterator<Float32Array>

  constructor(sound: AsyncIterable<Float32Array> | Iterable<Float32Array>) {
    this.#blocks = Symbol.asyncIterator in sound ? sound[Symbol.asyncIterator]() : sound[Symbol.iterator]()
  }

  get length(): number {
    return this.#samples.length
  }

  /** Reads until there are `count` samples. @returns false if the sound has ended before */
  async fill(count: number): Promise<boolean> {
    const parts: Float32Array[] = [this.#samples]
    let length = this.#samples.length
    while (length < count) {
      const { done, value } = await this.#blocks.next()
      if (done) break
      parts.push(value)
      length += value.length
    }
    if (parts.length > 1) this.#samples = joined(parts)
    return length >= count
  }

  first(count: number): Float32Array {
    return this.#samples.slice(0, count)
  }

  drop(count: number): void {
    this.#samples = this.#samples.slice(count)
  }

  async close(): Promise<void> {
    await this.#blocks.return?.()
  }
}

/** The channels of a window, in the order of those before and faded in over them. */
function continued(tail: readonly Float32Array[] | undefined, channels: readonly Float32Array[]): Float32Array[] {
  if (!tail) return [...channels]
  return sameOrder(tail, channels).map((channel, at) => {
    const before = tail[at]!
    const faded = channel.slice()
    for (let i = 0; i < before.length; i++) {
      const share = (i + 0.5) / before.length
      faded[i] = (1 - share) * before[i]! + share * channel[i]!
    }
    return faded
  })
}

/** Above this number of channels the best order takes too long to find. */
const MOST = 16

function sameOrder(before: readonly Float32Array[], channels: readonly Float32Array[]): readonly Float32Array[] {
  const count = channels.length
  if (count < 2 || count > MOST) return channels
  const shared = channels.map(channel => channel.subarray(0, before[0]!.length))
  const costs = before.flatMap(one => shared.map(other => -product(one, other)))
  return cheapestColumns(costs, count, count).map(column => channels[column]!)
}

/** The channels of a sound that is short enough to be held, as the stage `separate` makes them. */
export async function wholeChannels(sound: Float32Array, rate: number, separate: Separate): Promise<Float32Array[]> {
  const windows = { length: USUAL.window * rate, overlap: USUAL.overlap * rate }
  const blocks: Float32Array[][] = []
  for await (const block of separateInWindows([sound], separate, windows)) blocks.push(block)
  if (blocks.length === 1) return blocks[0]!
  return (blocks[0] ?? []).map((_, channel) => joined(blocks.map(block => block[channel]!)))
}
