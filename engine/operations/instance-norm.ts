import type { Tensor } from '../tensor.js'
import { differentiable } from './differentiable.js'
import { FLOAT32, type Raw } from './raw.js'

const EPSILON = 1e-5

/**
 * Instance normalisation over time (Ulyanov et al., 2016) of [time, batch, features], float32: each feature of each
 * example to mean 0 and variance 1 over time, then times `gain` plus `offset`, both [features].
 *
 * With time in front, an example's features are channels of their own to TensorFlow's fused batch norm.
 */
export function instanceNorm(raw: Raw) {
  const { tf } = raw
  const shared = {
    types: { T: FLOAT32, U: FLOAT32 },
    strings: { data_format: 'NHWC' },
    booleans: { is_training: true },
  }
  const forward = raw.attributes({ ...shared, floats: { epsilon: EPSILON, exponential_avg_factor: 1 } })
  const gradient = raw.attributes({ ...shared, floats: { epsilon: EPSILON } })
  return (x: Tensor, gain: Tensor, offset: Tensor) => {
    const [time, batch, features] = x.shape as [number, number, number]
    const asChannels = (tensor: Tensor) => tf.reshape(tensor, [time, 1, 1, batch * features])
    const sum = (each: Tensor) => tf.sum(tf.reshape(each, [batch, features]), 0)
    return differentiable(tf, [x, gain, offset], () => {
      const scale = tf.tile(gain, [batch])
      const none = tf.zeros([0])
      const inputs = [asChannels(x), scale, tf.tile(offset, [batch]), none, none]
      const [value, , , ...saved] = raw.run('FusedBatchNormV3', forward, inputs, 6)
      return {
        value: tf.reshape(value!, x.shape),
        saved: [x, scale, ...saved],
        backward: (dy, [x, scale, ...saved]) => {
          const inputs = [asChannels(dy), asChannels(x!), scale!, ...saved]
          const [dx, dGain, dOffset] = raw.run('FusedBatchNormGradV3', gradient, inputs, 5)
          return [tf.reshape(dx!, x!.shape), sum(dGain!), sum(dOffset!)]
        },
      }
    })
  }
}
