import type * as tfjs from '@tensorflow/tfjs'
import type { Tensor } from '../tensor.js'

export interface Forward {
  value: Tensor
  /** Kept until the backward pass; everything else made on the way is disposed. */
  saved: Tensor[]
  /** Gradients towards the inputs, in their order, from the gradient of the value and what was saved. */
  backward: (dy: Tensor, saved: Tensor[]) => Tensor[]
}

/** Puts `forward` on the gradient tape as one operation of `inputs`. */
export function differentiable(tf: typeof tfjs, inputs: readonly Tensor[], forward: (...inputs: Tensor[]) => Forward) {
  const operation = (...given: unknown[]) => {
    const save = given.pop() as (tensors: Tensor[]) => void
    const { value, saved, backward } = forward(...(given as Tensor[]))
    save(saved)
    return { value, gradFunc: backward }
  }
  return tf.customGrad(operation)(...inputs)
}

/** Does `work` beside the gradient tape: for what has no gradient and decides only, such as a choice. */
export function besideTape(tf: typeof tfjs, work: () => Tensor): Tensor {
  return differentiable(tf, [], () => ({ value: work(), saved: [], backward: () => [] }))
}
