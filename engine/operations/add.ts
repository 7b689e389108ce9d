import type { KernelConfig } from '@tensorflow/tfjs'
import type { Tensor } from '../tensor.js'
import { differentiable } from './differentiable.js'
import type { Raw } from './raw.js'

/** Sum of two tensors of one shape and type, float32 or bfloat16. */
export function add(raw: Raw) {
  const attributes = raw.byType(T => ({ types: { T } }))
  accumulateAnyType(raw, (a, b) => raw.one('AddV2', attributes(a), [a, b]))
  return (a: Tensor, b: Tensor) =>
    differentiable(raw.tf, [a, b], (a, b) => ({
      value: raw.one('AddV2', attributes(a!), [a!, b!]),
      saved: [],
      backward: dy => [raw.tf.clone(dy), raw.tf.clone(dy)],
    }))
}

/** tfjs adds up the gradients of what is used twice with its own kernel, which knows no bfloat16. */
function accumulateAnyType({ tf }: Raw, add: (a: Tensor, b: Tensor) => Tensor): void {
  const known = tf.getKernel('Add', 'tensorflow')
  tf.unregisterKernel('Add', 'tensorflow')
  tf.registerKernel({
    ...known,
    kernelFunc: ({ inputs, backend, attrs }) => {
      const [a, b] = [inputs.a as Tensor, inputs.b as Tensor]
      const plain = a.dtype === 'float32' && b.dtype === 'float32'
      return plain ? add(a, b) : known.kernelFunc({ inputs, backend, attrs: attrs! })
    },
  } as KernelConfig)
}
