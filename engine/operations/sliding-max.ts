import type { Tensor } from '../tensor.js'
import { differentiable } from './differentiable.js'
import { type Padding, pad, slicing, zerosAround } from './pad.js'
import { BOOL, type Raw } from './raw.js'

export interface SlidingMaxSettings {
  /** 2: of each number and those after it. 3: of each number and those around it. */
  size: 2 | 3
  padding: Exclude<Padding, 'zeros'>
}

/**
 * Maximum over square windows at stride 1 of [batch, height, width, channels], float32 or bfloat16; the shape stays.
 * Of equal maxima the first has the gradient, as in PyTorch.
 *
 * TensorFlow's MaxPoolGrad searches every window again: here a window is made of pairs, along width and then along
 * height, and the pairs remember which of the two was larger, which takes a third of the time.
 */
export function slidingMax(raw: Raw) {
  const widen = pad(raw)
  const larger = largerOfPairs(raw)
  return (x: Tensor, { size, padding }: SlidingMaxSettings) => {
    const before = size - 2
    const wide = widen(x, [before, 1, before, 1], padding)
    const pairs = Array.from({ length: size - 1 })
    return [2, 1].reduce((y, axis) => pairs.reduce<Tensor>(y => larger(y, axis), y), wide)
  }
}

/** max(x[i], x[i + 1]) along an axis, which becomes shorter by one. */
function largerOfPairs(raw: Raw): (x: Tensor, axis: number) => Tensor {
  const slice = slicing(raw)
  const padded = zerosAround(raw)
  const plain = raw.byType(T => ({ types: { T } }))
  const asNumber = raw.byType(DstT => ({ types: { SrcT: BOOL, DstT }, booleans: { Truncate: false } }))
  return (x, axis) => {
    const length = x.shape[axis]!
    return differentiable(raw.tf, [x], x => {
      const [first, second] = [slice(x!, axis, 0, length - 1), slice(x!, axis, 1, length - 1)]
      const isFirst = raw.one('GreaterEqual', plain(first), [first, second])
      return {
        value: raw.one('Maximum', plain(first), [first, second]),
        saved: [isFirst],
        backward: (dy, [isFirst]) => {
          const toFirst = raw.one('Mul', plain(dy), [dy, raw.one('Cast', asNumber(dy), [isFirst!])])
          const toSecond = raw.one('Sub', plain(dy), [dy, toFirst])
          const [after, before] = axis === 1 ? AROUND_HEIGHT : AROUND_WIDTH
          return [raw.one('AddV2', plain(dy), [padded(toFirst, after), padded(toSecond, before)])]
        },
      }
    })
  }
}

const AROUND_HEIGHT = [
  [0, 1, 0, 0],
  [1, 0, 0, 0],
] as const
const AROUND_WIDTH = [
  [0, 0, 0, 1],
  [0, 0, 1, 0],
] as const
