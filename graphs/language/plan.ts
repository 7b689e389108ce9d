/** How far the streams of a graph may run ahead. */
import type { CheckedGraph } from './checked.js'

export interface Plan {
  /** Clips alive between source and trainer. */
  window: {
    /** Fewer would wait for ever: a batch is given on only when it is full. */
    smallest: number
    /** What is taken if nothing is said: a batch in training, one waiting, one in the making. */
    usual: number
  }
}

export function planGraph({ nodes }: CheckedGraph): Plan {
  const sizes = nodes.flatMap(({ place, out }) => (place === 'batch' && out.kind === 'batch' ? [out.size] : []))
  const smallest = Math.max(1, ...sizes)
  return { window: { smallest, usual: 3 * smallest } }
}
