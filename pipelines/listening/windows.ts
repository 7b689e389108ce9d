/** Sound that arrives block by block, cut into overlapping windows as soon as each is whole. */

import type { MonoBlock } from '../../data/decoding/mono.js'
import { joined } from '../../stages/sample-arrays.js'

export interface Window extends MonoBlock {
  /** Seconds from the beginning of the sound. */
  start: number
  end: number
  /** When its last sample arrived, milliseconds of `performance.now()`. */
  arrived: number
}

/**
 * Window k holds the samples from round(k x hop x rate) up to, not with, round((k x hop + length) x rate): those of a
 * stretch of the finished file from k x hop to k x hop + length. Sound shorter than one window is one window.
 *
 * @param length of a window, and `hop` from one to the next, seconds
 */
export async function* windowsOf(
  blocks: AsyncIterable<MonoBlock>,
  { length, hop }: { length: number; hop: number },
): AsyncGenerator<Window> {
  let held: Float32Array = new Float32Array(0)
  let [first, received, number, known, arrived] = [0, 0, 0, 0, 0]
  for await (const { rate, samples } of blocks) {
    arrived = performance.now()
    known = rate
    held = joined([held, samples])
    received += samples.length
    for (;;) {
      const [start, end] = [number * hop, number * hop + length]
      const [from, to] = [Math.round(start * rate), Math.round(end * rate)]
      if (to > received) break
      yield { rate, start, end, arrived, samples: held.slice(from - first, to - first) }
      number++
    }
    const passed = Math.min(received, Math.round(number * hop * rate)) - first
    held = held.slice(passed)
    first += passed
  }
  if (number === 0 && received > 0) yield { rate: known, start: 0, end: received / known, arrived, samples: held }
}
