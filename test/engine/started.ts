/** TensorFlow for tests: started once a file; fixtures; comparisons. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import type { Engine, Tensor } from '../../engine/engine.js'
import { startEngine } from '../../engine/tensorflow.js'
import { createWeights, type StoredTensor, type Weights } from '../../engine/weights.js'
import { streamOf } from '../../graphs/streams/draws.js'

export const engine: Engine = await startEngine({ threads: 2 })

/** A file below test/fixtures, parsed. */
export function fixture<Case>(path: string): Case {
  return JSON.parse(readFileSync(join('test/fixtures', path), 'utf8')) as Case
}

export function weightsFrom(seed: number, by: Engine = engine): Weights {
  return createWeights(by, name => streamOf(`${seed} ${name}`))
}

export function tensorOf({ shape, data }: { shape: number[]; data: number[] | Float32Array }): Tensor {
  return engine.tf.tensor(Float32Array.from(data), shape, 'float32')
}

/** Numbers of a fixture as a state of weights. */
export function stateOf(weights: Record<string, { shape: number[]; data: number[] }>): Map<string, StoredTensor> {
  return new Map(
    Object.entries(weights).map(([name, { shape, data }]) => [name, { shape, data: Float32Array.from(data) }]),
  )
}

/** Largest difference, over the largest number expected (or 0.001, where all are next to nothing). */
export function difference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (found.length !== expected.length) return Number.POSITIVE_INFINITY
  let apart = 0
  let largest = 1e-3
  for (let index = 0; index < expected.length; index += 1) {
    const gap = Math.abs(found[index]! - expected[index]!)
    if (!(gap <= Number.MAX_VALUE)) return Number.POSITIVE_INFINITY
    apart = Math.max(apart, gap)
    largest = Math.max(largest, Math.abs(expected[index]!))
  }
  return apart / largest
}

/** Fails unless the numbers agree to `tolerance` of the largest. */
export function near(
  t: ExecutionContext,
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what = '',
) {
  const apart = difference(found, expected)
  t.true(apart <= tolerance, `${what} differs by ${apart} of its largest number, allowed ${tolerance}`)
}
