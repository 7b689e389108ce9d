import type { Tensor } from '../tensor.js'
import { differentiable } from './differentiable.js'
import type { Raw } from './raw.js'

/**
 * Softmax attention of each token to all tokens of its example (Vaswani et al., NeurIPS 2017, 3.2), in `heads` heads:
 * from queries, keys and values side by side, [batch, tokens, 3 width], to [batch, tokens, width], float32.
 */
export function attention({ tf }: Raw) {
  return (x: Tensor, heads: number) => {
    const [batch, tokens, all] = x.shape as [number, number, number]
    const width = all / 3
    const size = width / heads
    const scale = 1 / Math.sqrt(size)
    const apart = (x: Tensor) => tf.transpose(tf.reshape(x, [batch, tokens, 3, heads, size]), [2, 0, 3, 1, 4])
    return differentiable(tf, [x], x => {
      const [queries, keys, values] = tf.unstack(apart(x!)) as [Tensor, Tensor, Tensor]
      const shares = tf.softmax(tf.mul(tf.matMul(queries, keys, false, true), scale))
      const heard = tf.transpose(tf.matMul(shares, values), [0, 2, 1, 3])
      return {
        value: tf.reshape(heard, [batch, tokens, width]),
        saved: [queries, keys, values, shares],
        backward: (dy, [queries, keys, values, shares]) => {
          const towards = tf.transpose(tf.reshape(dy, [batch, tokens, heads, size]), [0, 2, 1, 3])
          const dShares = tf.matMul(towards, values!, false, true)
          const even = tf.sum(tf.mul(dShares, shares!), 3, true)
          const dProducts = tf.mul(tf.mul(shares!, tf.sub(dShares, even)), scale)
          const dQueries = tf.matMul(dProducts, keys!)
          const dKeys = tf.matMul(dProducts, queries!, true)
          const dValues = tf.matMul(shares!, towards, true)
          const together = tf.transpose(tf.stack([dQueries, dKeys, dValues]), [1, 3, 0, 2, 4])
          return [tf.reshape(together, [batch, tokens, all])]
        },
      }
    })
  }
}
