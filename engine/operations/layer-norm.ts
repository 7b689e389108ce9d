import type { Tensor } from '../tensor.js'
import { differentiable } from './differentiable.js'
import type { Raw } from './raw.js'

/** As torch.nn.LayerNorm. */
const EPSILON = 1e-5

/**
 * Layer normalisation (Ba et al., 2016) of the rows of [rows, size], float32: each to mean 0 and variance 1, then times
 * `gain` plus `offset`, both [size].
 */
export function layerNorm({ tf }: Raw) {
  const mean = (x: Tensor) => tf.mean(x, 1, true)
  return (x: Tensor, gain: Tensor, offset: Tensor) =>
    differentiable(tf, [x, gain, offset], () => {
      const centred = tf.sub(x, mean(x))
      const factor = tf.rsqrt(tf.add(mean(tf.square(centred)), EPSILON))
      const normal = tf.mul(centred, factor)
      return {
        value: tf.add(tf.mul(normal, gain), offset),
        saved: [normal, factor, gain],
        backward: (dy, [normal, factor, gain]) => {
          const towards = tf.mul(dy, gain!)
          const along = tf.mul(normal!, mean(tf.mul(towards, normal!)))
          const dx = tf.mul(factor!, tf.sub(tf.sub(towards, mean(towards)), along))
          return [dx, tf.sum(tf.mul(dy, normal!), 0), tf.sum(dy, 0)]
        },
      }
    })
}
