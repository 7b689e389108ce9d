import type { Tensor } from '../tensor.js'
import { differentiable } from './differentiable.js'
import { pad } from './pad.js'
import type { Raw } from './raw.js'

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
 * dropped, and the first of equal maxima gets the gradient, as in PyTorch.
 */
export function maxPool(raw: Raw) {
  const widen = pad(raw)
  return (x: Tensor, { size, stride, padding = 0 }: MaxPoolSettings) => {
    const { forward, backward } = pooling(raw, size, stride)
    const wide = widen(x, [padding, padding, padding, padding], 'lowest')
    return differentiable(raw.tf, [wide], wide => {
      const { value, where } = forward(wide!)
      return { value, saved: [wide!, value, ...where], backward: (dy, kept) => [backward(dy, kept)] }
    })
  }
}

interface Pooling {
  /** `where` the maxima were, if the kernel tells it. */
  forward: (x: Tensor) => { value: Tensor; where: Tensor[] }
  /** From the gradient of the pooled, and x, the pooled and `where`. With `where`, nothing of x is read but its shape. */
  backward: (dy: Tensor, kept: readonly Tensor[]) => Tensor
}

/**
 * Windows inside the image. TensorFlow's own MaxPoolGrad searches every window again, number by number; oneDNN's kernels
 * remember where the maxima were, which takes a tenth of the time.
 */
export function pooling(raw: Raw, size: Sides, stride: Sides): Pooling {
  const along = (sides: Sides) => (typeof sides === 'number' ? [1, sides, sides, 1] : [1, ...sides, 1])
  const windows = { ksize: along(size), strides: along(stride) }
  const usual = { padding: 'VALID', data_format: 'NHWC' }
  const attributes = raw.byType(T => ({
    types: { T },
    integers: windows,
    ...(raw.hasOneDnn(T)
      ? { strings: { ...usual, _kernel: 'MklNameChangeOp' }, booleans: { workspace_enabled: true } }
      : { strings: usual }),
  }))
  const fast = (tensor: Tensor) => raw.hasOneDnn(raw.typeOf(tensor))
  return {
    forward: x => {
      const name = fast(x) ? '_MklNativeMaxPool' : 'MaxPool'
      const [value, ...where] = raw.run(name, attributes(x), [x], fast(x) ? 2 : 1)
      return { value: value!, where }
    },
    backward: (dy, [x, y, ...where]) =>
      raw.one(fast(x!) ? '_MklNativeMaxPoolGrad' : 'MaxPoolGrad', attributes(x!), [x!, y!, dy, ...where]),
  }
}
