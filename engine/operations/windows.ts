/**
 * A convolution as a product of two matrices: every window a row, the filter as it lies in memory. Where the filter is
 * many times as large as all windows, as in the last blocks of a ResNet, oneDNN's convolutions spend their time on bringing
 * the filter into an order of their own: then the product takes two thirds of their time, and the gradient of the filter
 * less than half.
 */
import type { Tensor } from '../tensor.js'
import { INT32, type Raw } from './raw.js'

export interface WindowSettings {
  stride: number
  padding: 'SAME' | 'VALID'
}

/** How many times as many rows as there are windows the filter has. */
const MANY = 8

/** Whether the filter [height, width, in, out] is large enough for a result of `windows` numbers a channel. */
export const isLargeFilter = ([height, width, channels]: readonly number[], windows: number): boolean =>
  height! * width! * channels! >= MANY * windows

export interface Windows {
  /** [batch, height, width, channels] to [batch, height, width, size x size x channels] */
  of: (x: Tensor, size: number, settings: WindowSettings) => Tensor
  /** Windows and a filter to [batch, height, width, out]. */
  times: (windows: Tensor, filter: Tensor) => Tensor
  /** The gradient towards a filter of this shape, from that towards the result. */
  filterGradient: (windows: Tensor, dy: Tensor, shape: readonly number[]) => Tensor
}

export function windows(raw: Raw): Windows {
  const extracting = (T: number, size: number, { stride, padding }: WindowSettings) =>
    raw.attributes({
      types: { T },
      integers: { ksizes: [1, size, size, 1], strides: [1, stride, stride, 1], rates: [1, 1, 1, 1] },
      strings: { padding },
    })
  const product = (first: boolean) =>
    raw.byType(T => ({ types: { T }, booleans: { transpose_a: first, transpose_b: false } }))
  const [plain, transposed] = [product(false), product(true)]
  const shaping = raw.byType(T => ({ types: { T, Tshape: INT32 } }))
  const reshaped = (x: Tensor, shape: readonly number[]) => raw.one('Reshape', shaping(x), [x, raw.shape(shape)])
  const rows = (x: Tensor) => reshaped(x, [x.size / x.shape.at(-1)!, x.shape.at(-1)!])
  return {
    of: (x, size, settings) => raw.one('ExtractImagePatches', extracting(raw.typeOf(x), size, settings), [x]),
    times: (windows, filter) =>
      raw.spent([rows(windows), rows(filter)], inputs =>
        raw.spent([raw.one('MatMul', plain(windows), inputs)], ([y]) =>
          reshaped(y!, [...windows.shape.slice(0, -1), filter.shape.at(-1)!]),
        ),
      ),
    filterGradient: (windows, dy, shape) =>
      raw.spent([rows(windows), rows(dy)], inputs =>
        raw.spent([raw.one('MatMul', transposed(windows), inputs)], ([dFilter]) => reshaped(dFilter!, shape)),
      ),
  }
}
