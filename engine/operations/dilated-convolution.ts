import type { Tensor } from '../tensor.js'
import { differentiable } from './differentiable.js'
import { FLOAT32, type Raw } from './raw.js'

/**
 * Depthwise convolution over time of [time, batch, features] with a filter [taps, features] (taps odd) whose taps lie
 * `dilation` steps apart; zeros at both ends, so that as many steps leave as came. Float32.
 *
 * TensorFlow's kernels know no gradient of a dilated convolution, and need none: with time in front, steps that lie
 * `dilation` apart are made rows of an image by a reshape, and there the convolution is a plain one.
 */
export function dilatedConvolution(raw: Raw) {
  const { tf } = raw
  const attributes = raw.attributes({
    types: { T: FLOAT32 },
    integers: { strides: [1, 1, 1, 1], dilations: [1, 1, 1, 1] },
    strings: { padding: 'VALID', data_format: 'NHWC' },
  })
  return (x: Tensor, filter: Tensor, { dilation }: { dilation: number }) => {
    const [time, batch, features] = x.shape as [number, number, number]
    const [taps] = filter.shape as [number]
    const before = dilation * ((taps - 1) / 2)
    const rows = Math.ceil(time / dilation)
    const spare = rows * dilation - time
    const image = (steps: Tensor, left: number, right: number) => {
      const padded = tf.pad(steps, [[left, right], [0, 0], [0, 0]]) as Tensor // biome-ignore format: one line
      return tf.reshape(padded, [1, padded.shape[0]! / dilation, dilation * batch, features])
    }
    const steps = (image: Tensor, start: number) => {
      const all = tf.reshape(image, [-1, batch, features])
      return tf.slice(all, [start, 0, 0], [time, batch, features])
    }
    return differentiable(tf, [x, filter], () => {
      const rowed = image(x, before, before + spare)
      const square = tf.reshape(filter, [taps, 1, features, 1])
      return {
        value: steps(raw.one('DepthwiseConv2dNative', attributes, [rowed, square]), 0),
        saved: [rowed, square],
        backward: (dy, [rowed, square]) => {
          const towards = image(dy, 0, spare)
          const towardsFilter = [rowed!, raw.shape(square!.shape), towards]
          const towardsInput = [raw.shape(rowed!.shape), square!, towards]
          return [
            steps(raw.one('DepthwiseConv2dNativeBackpropInput', attributes, towardsInput), before),
            tf.reshape(raw.one('DepthwiseConv2dNativeBackpropFilter', attributes, towardsFilter), [taps, features]),
          ]
        },
      }
    })
  }
}
