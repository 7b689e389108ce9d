import type { Tensor } from '../tensor.js'
import { differentiable } from './differentiable.js'
import { type Attribute, BOOL, type Raw } from './raw.js'

/** One number for height and width alike, or both. */
export type Sides = number | readonly [height: number, width: number]

export interface MaxPoolSettings {
  size: Sides
  stride: Sides
  /** Around height and width; never the maximum. */
  padding?: number
}

/**
 * Maximum over windows of [batch, height, width, channels], float32 or bfloat16; what does not fill a window is
 * dropped, as in PyTorch.
 */
export type MaxPool = (x: Tensor, settings: MaxPoolSettings) => Tensor

export function maxPool(raw: Raw): MaxPool {
  const halve = halving(raw)
  return (x, { size, stride, padding = 0 }) => {
    const halves = size === 2 && stride === 2 && padding === 0
    const { forward, backward } = halves ? halve : pooling(raw, size, stride, padding)
    return differentiable(raw.tf, [x], () => {
      const value = forward(x)
      return { value, saved: [x, value], backward: (dy, [x, y]) => [backward(x!, y!, dy)] }
    })
  }
}

interface Kernels {
  forward: (x: Tensor) => Tensor
  /** From the input, the pooled and the gradient of the pooled. */
  backward: (x: Tensor, pooled: Tensor, dPooled: Tensor) => Tensor
}

/**
 * 2 x 2 windows side by side. TensorFlow's MaxPoolGrad searches every window again, number by number; here the gradient
 * goes to where the input equals the maximum spread out again, which are a few vectorised passes: a third of the time.
 * Equal maxima of a window share its gradient.
 */
export function halving(raw: Raw): Kernels {
  const { forward } = pooling(raw, 2, 2, 0)
  const average = windows(raw, 2, 2)
  const plain = raw.byType(T => ({ types: { T } }))
  const nearest = raw.byType(T => ({ types: { T }, booleans: { align_corners: false, half_pixel_centers: false } }))
  const fromMask = raw.byType(DstT => ({ types: { SrcT: BOOL, DstT }, booleans: { Truncate: false } }))

  /** Each number to all of its window divided by 4; 0 outside all windows. */
  const quarters = (pooled: Tensor, shape: number[]) =>
    raw.one('AvgPoolGrad', average(pooled), [raw.shape(shape), pooled])
  const spread = (pooled: Tensor, [batch, height, width, channels]: number[]) => {
    if (height! % 2 === 0 && width! % 2 === 0)
      return raw.one('ResizeNearestNeighbor', nearest(pooled), [pooled, raw.shape([height!, width!])])
    return raw.spent([raw.one('Mul', plain(pooled), [pooled, raw.constant(4, raw.typeOf(pooled))])], ([four]) =>
      quarters(four!, [batch!, height!, width!, channels!]),
    )
  }

  const backward: Kernels['backward'] = (x, pooled, dPooled) => {
    const hits = raw.spent([spread(pooled, x.shape)], ([maximum]) =>
      raw.spent([raw.one('GreaterEqual', plain(x), [x, maximum!])], ([mask]) => raw.one('Cast', fromMask(x), [mask!])),
    )
    const share = raw.spent([raw.one('AvgPool', average(x), [hits])], ([quarterOfHits]) =>
      raw.one('Div', plain(x), [dPooled, quarterOfHits!]),
    )
    const shares = raw.spent([share], ([share]) => quarters(share!, x.shape))
    return raw.spent([hits, shares], inputs => raw.one('Mul', plain(x), inputs))
  }
  return { forward, backward }
}

/** Any windows, with TensorFlow's own gradient: the first of equal maxima gets it. */
function pooling(raw: Raw, size: Sides, stride: Sides, padding: number): Kernels {
  const attributes = windows(raw, size, stride, padding)
  return {
    forward: x => raw.one('MaxPool', attributes(x), [x]),
    backward: (x, pooled, dPooled) => raw.one('MaxPoolGrad', attributes(x), [x, pooled, dPooled]),
  }
}

function windows(raw: Raw, size: Sides, stride: Sides, padding = 0): (tensor: Tensor) => readonly Attribute[] {
  const along = (sides: Sides) => (typeof sides === 'number' ? [1, sides, sides, 1] : [1, ...sides, 1])
  return raw.byType(T => ({
    types: { T },
    integers: {
      ksize: along(size),
      strides: along(stride),
      ...(padding > 0 ? { explicit_paddings: [0, 0, padding, padding, padding, padding, 0, 0] } : {}),
    },
    strings: { padding: padding > 0 ? 'EXPLICIT' : 'VALID', data_format: 'NHWC' },
  }))
}
