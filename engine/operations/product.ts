import type { Tensor } from '../tensor.js'
import { differentiable } from './differentiable.js'
import { FLOAT32, type Raw } from './raw.js'

/**
 * Rows [rows, in] times a weight [in, out], float32. Where activations travel in bfloat16, so do what is multiplied, the
 * product and its gradients, as in PyTorch's autocast; sums inside stay float32.
 */
export function product(raw: Raw) {
  const { tf } = raw
  return (rows: Tensor, weight: Tensor): Tensor => {
    const [x, w] = [raw.toActivation(rows), raw.toActivation(weight)]
    if (x === rows) return tf.matMul(rows, weight)
    return differentiable(tf, [rows, weight], () => ({
      value: times(x, w),
      saved: [x, w],
      backward: (dy, [x, w]) => {
        const towards = raw.toActivation(dy)
        return [times(towards, w!, { of: false, by: true }), times(x!, towards, { of: true, by: false })]
      },
    }))
  }

  /** @param turned which of both are transposed first */
  function times(of: Tensor, by: Tensor, turned = { of: false, by: false }): Tensor {
    const booleans = { transpose_a: turned.of, transpose_b: turned.by }
    const attributes = raw.attributes({ types: { T: raw.typeOf(of) }, booleans })
    return raw.cast(raw.one('MatMul', attributes, [of, by]), FLOAT32)
  }
}
