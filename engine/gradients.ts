/** Gradients of a loss with respect to weights, and their size. */
import type { Engine } from './engine.js'
import { FLOAT32 } from './operations/raw.js'
import type { Tensor, Weight } from './tensor.js'

export interface LossAndGradients {
  /** Scalar; the caller disposes it. */
  loss: Tensor
  /** One for each weight and input given, in their order; zeros where the loss does not depend on it. The caller disposes them. */
  gradients: Tensor[]
}

/**
 * Runs `loss` on the gradient tape and back; every tensor made on the way is disposed.
 *
 * @param inputs tensors that `loss` reads besides weights; their gradients come after those of the weights
 */
export function lossAndGradients(
  engine: Engine,
  weights: readonly Weight[],
  loss: () => Tensor,
  inputs: readonly Tensor[] = [],
): LossAndGradients {
  const { tf } = engine
  let value: Tensor | undefined
  const found = tf.tidy(() => {
    const towards = [...weights.map(weight => weight.read()), ...inputs]
    const result = tf.engine().gradients(loss, towards, undefined, true)
    value = tf.keep(result.value)
    return result.grads.map((gradient, index) => gradient ?? tf.zeros([...towards[index]!.shape]))
  })
  return { loss: value!, gradients: found }
}

/** Square root of the sum of the squares of every number in `tensors`; a scalar that the caller disposes. */
export function globalNorm({ tf, operations }: Engine, tensors: readonly Tensor[]): Tensor {
  const { raw } = operations
  const plain = raw.attributes({ types: { T: FLOAT32 } })
  return tf.tidy(() => {
    const halves = tensors.map(tensor => raw.one('L2Loss', plain, [tensor]))
    return tf.sqrt(tf.mul(2, tf.sum(tf.stack(halves))))
  })
}

/**
 * Gradients scaled down together until their global norm is at most `limit`, as torch's `clip_grad_norm_`; as they are
 * without a limit. Takes over `gradients`.
 *
 * @param norm of them, as `globalNorm` gives it; it stays the caller's
 */
export function clipToNorm(
  { tf }: Engine,
  gradients: readonly Tensor[],
  norm: Tensor,
  limit: number | undefined,
): readonly Tensor[] {
  if (limit === undefined) return gradients
  const clipped = tf.tidy(() => {
    const factor = tf.minimum(tf.div(limit, tf.add(norm, 1e-6)), 1)
    return gradients.map(gradient => tf.mul(gradient, factor))
  })
  tf.dispose([...gradients])
  return clipped
}
