import type { Tensor } from '../tensor.js'
import { differentiable } from './differentiable.js'
import type { Raw } from './raw.js'

/** max(x, 0), any shape, float32 or bfloat16. */
export function relu(raw: Raw) {
  const attributes = raw.byType(T => ({ types: { T } }))
  return (input: Tensor) =>
    differentiable(raw.tf, [input], x => {
      const value = raw.one('Relu', attributes(x!), [x!])
      return { value, saved: [value], backward: (dy, [y]) => [raw.one('ReluGrad', attributes(y!), [dy, y!])] }
    })
}
