import type { Tensor } from '../tensor.js'
import { differentiable } from './differentiable.js'
import type { Raw } from './raw.js'

/** x times the share of a standard normal distribution below x (Hendrycks and Gimpel, 2016); any shape, float32. */
export function gelu({ tf }: Raw) {
  const below = (x: Tensor) => tf.mul(0.5, tf.add(1, tf.erf(tf.mul(x, Math.SQRT1_2))))
  return (x: Tensor) =>
    differentiable(tf, [x], x => ({
      value: tf.mul(x!, below(x!)),
      saved: [x!],
      backward: (dy, [x]) => {
        const density = tf.mul(1 / Math.sqrt(2 * Math.PI), tf.exp(tf.mul(-0.5, tf.square(x!))))
        return [tf.mul(dy, tf.add(below(x!), tf.mul(x!, density)))]
      },
    }))
}
