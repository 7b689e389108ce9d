import type { Tensor } from '../tensor.js'
import { differentiable } from './differentiable.js'
import { type Attribute, FLOAT32, INT32, type Raw } from './raw.js'
import { isLargeFilter, type WindowSettings, windows } from './windows.js'

export interface ConvolutionSettings {
  stride: number
  /** Zeros on every side, height and width alike, as PyTorch pads. */
  padding: number
  /** False where the input is data: saves the gradient towards it. */
  inputGradient: boolean
}

/**
 * Two-dimensional convolution of [batch, height, width, in] (float32 or bfloat16) with a float32 filter
 * [height, width, in, out]; the result has the type of the input.
 */
export type Convolution = (x: Tensor, filter: Tensor, settings: ConvolutionSettings) => Tensor

export function convolution(raw: Raw): Convolution {
  const { tf } = raw
  const products = windows(raw)
  return (x, filter, { stride, padding, inputGradient }) => {
    const [size] = filter.shape as [number]
    // Explicit padding falls off TensorFlow's fast kernels: pad first where SAME means something else than PyTorch
    const same = stride === 1 && size === 2 * padding + 1
    const settings = { stride, padding: same ? 'SAME' : 'VALID' } as const
    const attributes = convolutionAttributes(raw, settings)(x)
    const sides = same ? undefined : paddings(x.shape, size, stride, padding)
    return differentiable(tf, inputGradient ? [filter, x] : [filter], () => {
      const narrow = raw.cast(filter, raw.typeOf(x))
      const padded = sides ? pad(raw, x, sides) : x
      const asProduct =
        raw.hasOneDnn(raw.typeOf(x)) && isLargeFilter(filter.shape, places(padded.shape, size, settings))
      const seen = asProduct ? products.of(padded, size, settings) : padded
      return {
        value: asProduct ? products.times(seen, narrow) : raw.one('Conv2D', attributes, [seen, narrow]),
        saved: [seen, narrow],
        backward: (dy, [seen, narrow]) => {
          const dFilter = asProduct
            ? products.filterGradient(seen!, dy, narrow!.shape)
            : raw.one('Conv2DBackpropFilter', attributes, [seen!, raw.shape(narrow!.shape), dy])
          const towardsFilter = raw.cast(dFilter, FLOAT32)
          if (!inputGradient) return [towardsFilter]
          const dPadded = raw.one('Conv2DBackpropInput', attributes, [raw.shape(padded.shape), narrow!, dy])
          return [towardsFilter, sides ? unpad(raw, dPadded, sides, x.shape) : dPadded]
        },
      }
    })
  }
}

/** How often the filter is laid on a batch. */
function places([batch, height, width]: number[], size: number, { stride, padding }: WindowSettings): number {
  const along = (length: number) => (padding === 'SAME' ? length : Math.floor((length - size) / stride) + 1)
  return batch! * along(height!) * along(width!)
}

/** Zeros before and after height and width: `padding` before, after only as many as the last window reaches. */
type Paddings = [number, number, number, number]

function paddings([, height, width]: number[], size: number, stride: number, padding: number): Paddings {
  const after = (length: number) => {
    const windows = Math.floor((length + 2 * padding - size) / stride) + 1
    return Math.max(0, (windows - 1) * stride + size - length - padding)
  }
  return [padding, after(height!), padding, after(width!)]
}

function pad(raw: Raw, x: Tensor, [top, bottom, left, right]: Paddings): Tensor {
  if (top + bottom + left + right === 0) return x
  const sides = raw.matrix([0, 0, top, bottom, left, right, 0, 0], 2)
  return raw.one('Pad', raw.attributes({ types: { T: raw.typeOf(x), Tpaddings: INT32 } }), [x, sides])
}

function unpad(raw: Raw, padded: Tensor, [top, bottom, left, right]: Paddings, shape: number[]): Tensor {
  if (top + bottom + left + right === 0) return padded
  const attributes = raw.attributes({ types: { T: raw.typeOf(padded), Index: INT32 } })
  return raw.spent([padded], ([padded]) =>
    raw.one('Slice', attributes, [padded!, raw.shape([0, top, left, 0]), raw.shape(shape)]),
  )
}

export function convolutionAttributes(
  raw: Raw,
  { stride, padding }: { stride: number; padding: 'SAME' | 'VALID' },
): (tensor: Tensor) => readonly Attribute[] {
  return raw.byType(T => ({
    types: { T },
    integers: { strides: [1, stride, stride, 1], dilations: [1, 1, 1, 1] },
    strings: { padding, data_format: 'NHWC' },
    booleans: { use_cudnn_on_gpu: true },
  }))
}
