/** Values of pairs `{ a, b }` and of channels `[first, second, ...]`, taken apart and put together. */
import type { Port } from '../../stages/ports.js'

/** One side of a pair, or one channel, counted from 1. */
export function laneOfValue(value: unknown, lane: string): unknown {
  return Array.isArray(value) ? value[Number(lane) - 1] : (value as Record<string, unknown>)[lane]
}

/** What was made of each lane of a port, in the order of its lanes, as one value of its kind. */
export function together(port: Port, values: readonly unknown[]): unknown {
  return port.kind === 'channels' ? values : { a: values[0], b: values[1] }
}
