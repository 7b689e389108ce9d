import type { Tensor } from '../tensor.js'
import { differentiable } from './differentiable.js'
import { FLOAT32, type Raw } from './raw.js'

export type Pooling = 'mean' | 'max' | 'mean-max'

/**
 * Mean, maximum, or mean then maximum, over height and width of [batch, height, width, channels] (float32
 * or bfloat16) to float32 [batch, channels], or [batch, 2 channels]. A maximum met more than once shares its gradient
 * evenly, as torch's `amax`.
 */
export function globalPool(raw: Raw) {
  const { tf } = raw
  return (x: Tensor, pooling: Pooling) =>
    differentiable(tf, [x], () => {
      const type = raw.typeOf(x)
      const wide = raw.cast(x, FLOAT32)
      const mean = () => tf.mean(wide, [1, 2])
      const max = () => tf.max(wide, [1, 2])
      return {
        value: pooling === 'mean' ? mean() : pooling === 'max' ? max() : tf.concat([mean(), max()], 1),
        saved: [wide],
        backward: (dy, [wide]) => [raw.cast(gradient(raw, wide!, dy, pooling), type)],
      }
    })
}

function gradient({ tf }: Raw, x: Tensor, dy: Tensor, pooling: Pooling): Tensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number]
  const spread = (flat: Tensor) => tf.reshape(flat, [batch, 1, 1, channels])
  const ofMean = (dy: Tensor) => tf.div(spread(dy), height * width)
  const ofMax = (dy: Tensor) => {
    const atMaximum = tf.cast(tf.equal(x, tf.max(x, [1, 2], true)), 'float32')
    return tf.mul(atMaximum, tf.div(spread(dy), tf.sum(atMaximum, [1, 2], true)))
  }
  if (pooling === 'mean') return tf.add(tf.zerosLike(x), ofMean(dy))
  if (pooling === 'max') return ofMax(dy)
  const [mean, max] = tf.split(dy, 2, 1) as [Tensor, Tensor]
  return tf.add(ofMax(max), ofMean(mean))
}
