/**
 * Low-rank adapters (Hu et al., LoRA, ICLR 2022): a weight W is read as W + alpha / rank x down up, and down and up alone
 * learn. `up` starts at zeros, so that an adapted encoder begins as it was. A filter [height, width, in, out] is a matrix
 * of height x width x in rows, so that its adapter is a convolution to `rank` channels and one of 1 x 1 behind it.
 */
import type { Adapters } from './adapters.js'
import type { Engine } from './engine.js'
import { uniformByFanIn, zeros } from './layers/initial.js'
import type { Scope, Weight } from './tensor.js'
import type { State, StoredTensor } from './weights.js'

const PARTS = ['down', 'up', 'factor'] as const
const partOf = (weight: string, part: (typeof PARTS)[number]) => `${weight}.adapter.${part}`

/** Whether a weight, by its full name, is part of an adapter. */
export const isOfAdapter = (name: string): boolean => PARTS.some(part => name.endsWith(partOf('', part)))

/** Where weights are made of which those of two sides and more have adapters. */
export function adaptedScope(engine: Engine, scope: Scope, adapters: Adapters, path = ''): Scope {
  const { tf } = engine
  const { rank, alpha, layers } = adapters
  const chosen = (name: string) => !layers || layers.some(layer => `${path}${name}.`.startsWith(`${layer}.`))
  return {
    ...scope,
    within: name => adaptedScope(engine, scope.within(name), adapters, `${path}${name}.`),
    weight: (name, shape, initial): Weight => {
      const weight = scope.weight(name, shape, initial)
      if (shape.length < 2 || !chosen(name)) return weight
      const columns = shape.at(-1)!
      const rows = shape.reduce((product, side) => product * side, 1) / columns
      const down = scope.weight(partOf(name, 'down'), [rows, rank], uniformByFanIn(rows))
      const up = scope.weight(partOf(name, 'up'), [rank, columns], zeros)
      scope.statistic(partOf(name, 'factor'), [1], () => Float32Array.of(alpha / rank)) // so that checkpoints can be merged
      return {
        ...{ name: weight.name, shape, trainable: true },
        assign: value => weight.assign(value),
        read: () => {
          const added = tf.reshape(tf.matMul(down.read(), up.read()), [...shape])
          return tf.add(weight.read(), tf.mul(added, alpha / rank))
        },
      }
    },
  }
}

/** Weights without adapters that do the same: what these add is added. */
export function merged(state: State): State {
  const kept = [...state].filter(([name]) => !isOfAdapter(name))
  return new Map(
    kept.map(([name, tensor]) => [name, state.has(partOf(name, 'up')) ? sum(name, tensor, state) : tensor]),
  )
}

function sum(name: string, { shape, data }: StoredTensor, state: State): StoredTensor {
  const [down, up, factor] = PARTS.map(part => state.get(partOf(name, part))!) as [
    StoredTensor,
    StoredTensor,
    StoredTensor,
  ]
  const [rank, columns] = up.shape as [number, number]
  const whole = data.map((value, at) => {
    const [row, column] = [Math.floor(at / columns), at % columns]
    let added = 0
    for (let k = 0; k < rank; k++) added += down.data[row * rank + k]! * up.data[k * columns + column]!
    return value + factor.data[0]! * added
  })
  return { shape, data: whole }
}
