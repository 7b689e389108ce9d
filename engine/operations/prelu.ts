import type { Tensor } from '../engine.js'
import { differentiable } from './differentiable.js'
import { FLOAT32, type Raw } from './raw.js'

/** x where it is positive, slope * x elsewhere (He et al., ICCV 2015); any shape, `slope` one learnt number, float32. */
export type Prelu = (x: Tensor, slope: Tensor) => Tensor

export function prelu(raw: Raw): Prelu {
  const { tf } = raw
  const attributes = raw.attributes({ types: { T: FLOAT32 } })
  return (x, slope) =>
    differentiable(tf, [x, slope], () => {
      const positive = raw.one('Relu', attributes, [x])
      return {
        value: tf.add(positive, tf.mul(tf.sub(x, positive), slope)),
        saved: [x, slope],
        backward: (dy, [x, slope]) => {
          const atPositive = raw.one('ReluGrad', attributes, [dy, x!])
          const atNegative = tf.sub(dy, atPositive)
          return [tf.add(atPositive, tf.mul(atNegative, slope!)), tf.reshape(dot(raw, atNegative, x!), slope!.shape)]
        },
      }
    })
}

/** Sum of products, in one pass. */
function dot({ tf }: Raw, a: Tensor, b: Tensor): Tensor {
  return tf.matMul(tf.reshape(a, [1, a.size]), tf.reshape(b, [b.size, 1]))
}
