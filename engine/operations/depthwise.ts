import type { Tensor } from '../tensor.js'
import { differentiable } from './differentiable.js'
import { FLOAT32, type Raw } from './raw.js'

export interface DepthwiseSettings {
  stride: 1 | 2
  /**
   * same: zeros around, as many results as numbers / stride, rounded up, as TensorFlow places them (an even image at
   * stride 2 has the odd zero at its end). valid: whole windows alone.
   */
  padding: 'same' | 'valid'
  /** False where the filter never learns: saves its gradient. */
  filterGradient: boolean
}

/**
 * Filters each channel of [batch, height, width, channels] (float32 or bfloat16) by its own float32 taps
 * [height, width, channels]; the result has the type of the input.
 */
export function depthwise(raw: Raw) {
  return (x: Tensor, taps: Tensor, { stride, padding, filterGradient }: DepthwiseSettings) => {
    const attributes = raw.byType(T => ({
      types: { T },
      integers: { strides: [1, stride, stride, 1], dilations: [1, 1, 1, 1] },
      strings: { padding: padding.toUpperCase(), data_format: 'NHWC' },
    }))(x)
    return differentiable(raw.tf, filterGradient ? [x, taps] : [x], () => {
      const filter = raw.cast(raw.tf.reshape(taps, [...taps.shape, 1]), raw.typeOf(x))
      return {
        value: raw.one('DepthwiseConv2dNative', attributes, [x, filter]),
        saved: [x, filter],
        backward: (dy, [x, filter]) => {
          const shape = raw.shape(x!.shape)
          const towardsInput = raw.one('DepthwiseConv2dNativeBackpropInput', attributes, [shape, filter!, dy])
          if (!filterGradient) return [towardsInput]
          const sizes = raw.shape(filter!.shape)
          const dFilter = raw.one('DepthwiseConv2dNativeBackpropFilter', attributes, [x!, sizes, dy])
          return [towardsInput, raw.tf.reshape(raw.cast(dFilter, FLOAT32), taps.shape)]
        },
      }
    })
  }
}
