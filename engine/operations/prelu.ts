import type { Tensor } from '../tensor.js'
import { differentiable } from './differentiable.js'
import { FLOAT32, type Raw } from './raw.js'

/** x where it is positive, slope * x elsewhere (He et al., ICCV 2015); any shape, `slope` one learnt number, float32. */
export type Prelu = (x: Tensor, slope: Tensor) => Tensor

/** TensorFlow's leaky ReLU takes its slope as a setting: reading one number costs less than the kernels it saves. */
export function prelu(raw: Raw): Prelu {
  const { tf } = raw
  const types = { T: FLOAT32 }
  const plain = raw.attributes({ types })
  return (x, slope) =>
    differentiable(tf, [x, slope], () => {
      const leaky = raw.attributes({ types, floats: { alpha: slope.dataSync()[0]! } })
      return {
        value: raw.one('LeakyRelu', leaky, [x]),
        saved: [x, slope],
        backward: (dy, [x, slope]) => {
          const negative = raw.one('Minimum', plain, [x!, raw.constant(0, FLOAT32)])
          return [raw.one('LeakyReluGrad', leaky, [dy, x!]), tf.reshape(dot(raw, dy, negative), slope!.shape)]
        },
      }
    })
}

/** Sum of products, in one pass. */
function dot({ tf }: Raw, a: Tensor, b: Tensor): Tensor {
  return tf.matMul(tf.reshape(a, [1, a.size]), tf.reshape(b, [b.size, 1]))
}
