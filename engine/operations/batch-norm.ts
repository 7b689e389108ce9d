import type { Tensor, Weight } from '../tensor.js'
import { convert } from './convert.js'
import { differentiable } from './differentiable.js'
import { type Attribute, FLOAT32, type Raw } from './raw.js'

const EPSILON = 1e-5
const MOMENTUM = 0.1

/** What batch norm learns and remembers of each channel; all [channels], float32. */
export interface BatchNormWeights {
  scale: Weight
  offset: Weight
  /** Running mean and unbiased variance, moved a tenth of the way at each training batch, as PyTorch does. */
  mean: Weight
  variance: Weight
}

/**
 * Batch normalisation over every axis but the last of [batch, height, width, channels], float32 or bfloat16.
 * In training it uses the batch's own statistics and moves the running ones; else, and where its scale is frozen, it uses
 * the running ones.
 */
export function batchNorm(raw: Raw) {
  const { tf } = raw
  const attributes = batchNormAttributes(raw)
  return (x: Tensor, weights: BatchNormWeights, { training }: { training: boolean }): Tensor => {
    if (!training || weights.scale.frozen) {
      const { factor, shift } = runningAffine(raw, weights)
      return convert(raw, tf.add(tf.mul(convert(raw, x, FLOAT32), factor), shift), raw.typeOf(x))
    }
    const scale = weights.scale.read()
    const offset = weights.offset.read()
    return differentiable(tf, [x, scale, offset], () => {
      const { value, saved } = normaliseBatch(raw, attributes.training(x), x, scale, offset, weights)
      return {
        value,
        saved: [x, scale, ...saved],
        backward: (dy, [x, scale, ...saved]) =>
          raw.run('FusedBatchNormGradV3', attributes.gradient(x!), [dy, x!, scale!, ...saved], 5).slice(0, 3),
      }
    })
  }
}

export interface BatchNormAttributes {
  training: (x: Tensor) => readonly Attribute[]
  gradient: (x: Tensor) => readonly Attribute[]
}

export function batchNormAttributes(raw: Raw): BatchNormAttributes {
  const of = (floats: Record<string, number>) =>
    raw.byType(T => ({
      types: { T, U: FLOAT32 },
      strings: { data_format: 'NHWC' },
      booleans: { is_training: true },
      floats,
    }))
  return {
    training: of({ epsilon: EPSILON, exponential_avg_factor: MOMENTUM }),
    gradient: of({ epsilon: EPSILON }),
  }
}

/** Runs the fused kernel and moves the running statistics. `saved` are the three that its gradient needs. */
export function normaliseBatch(
  raw: Raw,
  attributes: readonly Attribute[],
  x: Tensor,
  scale: Tensor,
  offset: Tensor,
  weights: BatchNormWeights,
): { value: Tensor; saved: Tensor[] } {
  const inputs = [x, scale, offset, weights.mean.read(), weights.variance.read()]
  const [value, mean, variance, ...saved] = raw.run('FusedBatchNormV3', attributes, inputs, 6)
  weights.mean.assign(mean!)
  weights.variance.assign(variance!)
  return { value: value!, saved }
}

/** Batch norm with running statistics is x * factor + shift; both [channels], on the tape. */
export function runningAffine(raw: Raw, weights: BatchNormWeights): { factor: Tensor; shift: Tensor } {
  const { tf } = raw
  const factor = tf.mul(weights.scale.read(), tf.rsqrt(tf.add(weights.variance.read(), EPSILON)))
  return { factor, shift: tf.sub(weights.offset.read(), tf.mul(weights.mean.read(), factor)) }
}
