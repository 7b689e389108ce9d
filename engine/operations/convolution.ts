import type { Tensor } from '../tensor.js'
import { differentiable } from './differentiable.js'
import { type Sides, withoutSides, zerosAround } from './pad.js'
import { type Attribute, FLOAT32, type Raw } from './raw.js'
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
export function convolution(raw: Raw) {
  const { tf } = raw
  const products = windows(raw)
  const [widen, narrowed] = [zerosAround(raw), withoutSides(raw)]
  return (x: Tensor, filter: Tensor, { stride, padding, inputGradient }: ConvolutionSettings) => {
    const [size] = filter.shape as [number]
    // Explicit padding falls off TensorFlow's fast kernels: pad first where SAME means something else than PyTorch
    const same = stride === 1 && size === 2 * padding + 1
    const settings = { stride, padding: same ? 'SAME' : 'VALID' } as const
    const attributes = convolutionAttributes(raw, settings)(x)
    const around = paddings(x.shape, size, stride, padding)
    const sides = same || around.every(side => side === 0) ? undefined : around
    return differentiable(tf, inputGradient ? [filter, x] : [filter], () => {
      const narrow = raw.cast(filter, raw.typeOf(x))
      const padded = sides ? widen(x, sides) : x
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
          if (!sides) return [towardsFilter, dPadded]
          return [towardsFilter, raw.spent([dPadded], () => narrowed(dPadded, sides, x.shape))]
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
function paddings([, height, width]: number[], size: number, stride: number, padding: number): Sides {
  const after = (length: number) => {
    const windows = Math.floor((length + 2 * padding - size) / stride) + 1
    return Math.max(0, (windows - 1) * stride + size - length - padding)
  }
  return [padding, after(height!), padding, after(width!)]
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
