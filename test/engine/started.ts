/** TensorFlow for tests: started once a file; fixtures. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Engine, Tensor } from '../../engine/engine.js'
import { startEngine } from '../../engine/tensorflow.js'
import { createWeights, type StoredTensor, type Weights } from '../../engine/weights.js'
import { streamOf } from '../../graphs/streams/draws.js'

const { sourceMapsEnabled } = process
process.setSourceMapsEnabled(false) // those of TensorFlow.js are large, and nobody looks into it
export const engine: Engine = await startEngine({ threads: 2 })
process.setSourceMapsEnabled(sourceMapsEnabled)

/** The engine in bfloat16; undefined where the environment keeps the instructions for it from TensorFlow. */
export const narrow: Engine | undefined = await startEngine({ threads: 2, precision: 'bfloat16' }).catch(error => {
  if (error.code !== 'no-bfloat16') throw error
  return undefined
})

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
