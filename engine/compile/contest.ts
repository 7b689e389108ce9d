/** Which way is the fastest, found on copies of the weights. */
import type { CompiledFunction } from './function.js'
import type { Compile } from './lower.js'

/** Runs of each way that count, after one that does not. */
const RUNS = 2
/** Other last bits have to be worth it. */
const WORTH = 0.9

export interface Choice {
  how: Compile
  /** Milliseconds of each way that was tried. */
  milliseconds: Partial<Record<Compile, number>>
}

/**
 * The fastest; XLA, whose last bits are others, only where it saves a tenth. A way that fails is not chosen.
 *
 * @param eager milliseconds of the work as ever
 */
export function fastest(ways: readonly CompiledFunction[], inputs: readonly number[], eager: number): Choice {
  const milliseconds: Choice['milliseconds'] = { off: eager }
  for (const way of ways) {
    try {
      milliseconds[way.how] = Math.min(...way.rehearse(inputs, RUNS + 1).slice(1))
    } catch {
      // whoever wants this way by name is told why it fails
    }
  }
  const { off = 0, function: plain = Number.POSITIVE_INFINITY, xla = Number.POSITIVE_INFINITY } = milliseconds
  const sameBits = plain < off ? 'function' : 'off'
  return { how: xla < WORTH * Math.min(plain, off) ? 'xla' : sameBits, milliseconds }
}
