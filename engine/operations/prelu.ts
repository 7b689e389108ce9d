import { recording } from '../compile/recorder.js'
import type { Tensor } from '../tensor.js'
import { differentiable } from './differentiable.js'
import { FLOAT32, type Raw } from './raw.js'

/**
 * x where it is positive, slope * x elsewhere (He et al., ICCV 2015); any shape, `slope` one learnt number, float32.
 *
 * TensorFlow's leaky ReLU takes its slope as a setting: reading one number costs less than the kernels it saves. A
 * recorded step cannot read, and does with plain kernels what that one does in itself, to the same bits.
 */
export function prelu(raw: Raw) {
  const { tf } = raw
  const plain = raw.attributes({ types: { T: FLOAT32 } })
  const fused = fusedKernels(raw)
  const separate = separateKernels(raw)
  return (x: Tensor, slope: Tensor) =>
    differentiable(tf, [x, slope], () => {
      const { forward, backward } = recording() ? separate(slope) : fused(slope)
      return {
        value: forward(x),
        saved: [x, slope],
        backward: (dy, [x, slope]) => {
          const negative = raw.one('Minimum', plain, [x!, raw.constant(0, FLOAT32)])
          return [backward(dy, x!, slope!), tf.reshape(tf.sum(tf.mul(dy, negative)), slope!.shape)]
        },
      }
    })
}

interface Kernels {
  forward: (x: Tensor) => Tensor
  backward: (dy: Tensor, x: Tensor, slope: Tensor) => Tensor
}

function fusedKernels(raw: Raw): (slope: Tensor) => Kernels {
  return slope => {
    const leaky = raw.attributes({ types: { T: FLOAT32 }, floats: { alpha: slope.dataSync()[0]! } })
    return {
      forward: x => raw.one('LeakyRelu', leaky, [x]),
      backward: (dy, x) => raw.one('LeakyReluGrad', leaky, [dy, x]),
    }
  }
}

function separateKernels(raw: Raw): (slope: Tensor) => Kernels {
  const plain = raw.attributes({ types: { T: FLOAT32 } })
  /** `of` where x is positive, slope times it elsewhere. */
  const sloped = (of: Tensor, x: Tensor, slope: Tensor) => {
    const positive = raw.one('Greater', plain, [x, raw.constant(0, FLOAT32)])
    const smaller = raw.one('Mul', plain, [of, slope])
    return raw.spent([positive, smaller], () => raw.one('SelectV2', plain, [positive, of, smaller]))
  }
  return slope => ({
    forward: x => sloped(x, x, slope),
    backward: sloped,
  })
}
