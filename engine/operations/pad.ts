import type { Tensor } from '../tensor.js'
import { differentiable } from './differentiable.js'
import { type Attribute, INT32, type Raw } from './raw.js'

/** Before and after height, before and after width. */
export type Sides = readonly [top: number, bottom: number, left: number, right: number]

/**
 * What stands outside the image. lowest: a number below all others, which is never a maximum. reflect: mirrored at the
 * edge, which is not repeated. circular: the other end.
 */
export type Padding = 'zeros' | 'lowest' | 'reflect' | 'circular'

/** Nearly the smallest number of float32, and finite after rounding to bfloat16. */
const LOWEST = -3e38

/**
 * Widens [batch, height, width, channels], float32 or bfloat16, on the gradient tape.
 *
 * @throws RangeError if reflect or circular would need more than the image holds
 */
export function pad(raw: Raw) {
  const ways = { zeros: zeros(raw), lowest: lowest(raw), reflect: reflect(raw), circular: circular(raw) }
  return (x: Tensor, sides: Sides, padding: Padding) => {
    if (sides.every(side => side === 0)) return x
    demandRoom(x, sides, padding)
    const { forward, backward } = ways[padding]
    const shape = x.shape
    return differentiable(raw.tf, [x], x => ({
      value: forward(x!, sides),
      saved: [],
      backward: dy => [backward(dy, sides, shape)],
    }))
  }
}

interface Way {
  forward: (x: Tensor, sides: Sides) => Tensor
  /** From the gradient of the widened, and the shape of what was widened. */
  backward: (dy: Tensor, sides: Sides, shape: number[]) => Tensor
}

function demandRoom({ shape: [, height, width] }: Tensor, [top, bottom, left, right]: Sides, padding: Padding): void {
  if (padding === 'zeros' || padding === 'lowest') return
  const spare = padding === 'reflect' ? 1 : 0
  if (Math.max(top, bottom) <= height! - spare && Math.max(left, right) <= width! - spare) return
  throw new RangeError(
    `an image of ${height} x ${width} is too small for ${padding} padding by ${[top, bottom, left, right]}`,
  )
}

const matrixOf = (raw: Raw, [top, bottom, left, right]: Sides) => raw.matrix([0, 0, top, bottom, left, right, 0, 0], 2)

function zeros(raw: Raw): Way {
  return { forward: zerosAround(raw), backward: withoutSides(raw) }
}

/** Not on the tape: for use in gradients. */
export function zerosAround(raw: Raw): (x: Tensor, sides: Sides) => Tensor {
  const attributes = raw.byType(T => ({ types: { T, Tpaddings: INT32 } }))
  return (x, sides) => raw.one('Pad', attributes(x), [x, matrixOf(raw, sides)])
}

function lowest(raw: Raw): Way {
  const attributes = raw.byType(T => ({ types: { T, Tpaddings: INT32 } }))
  return {
    forward: (x, sides) =>
      raw.one('PadV2', attributes(x), [x, matrixOf(raw, sides), raw.constant(LOWEST, raw.typeOf(x))]),
    backward: withoutSides(raw),
  }
}

function reflect(raw: Raw): Way {
  const attributes = raw.byType(T => ({ types: { T, Tpaddings: INT32 }, strings: { mode: 'REFLECT' } }))
  return {
    forward: (x, sides) => raw.one('MirrorPad', attributes(x), [x, matrixOf(raw, sides)]),
    backward: (dy, sides) => raw.one('MirrorPadGrad', attributes(dy), [dy, matrixOf(raw, sides)]),
  }
}

/** One axis after the other; the gradient of what was repeated goes back to where it came from. */
function circular(raw: Raw): Way {
  const slice = slicing(raw)
  const join = raw.byType(T => ({ types: { T, Tidx: INT32 }, integers: { N: 3 } }))
  const widen = zerosAround(raw)
  const plain = raw.byType(T => ({ types: { T } }))

  const around = (x: Tensor, axis: number, before: number, after: number): Tensor => {
    const end = x.shape[axis]!
    const parts = [slice(x, axis, end - before, before), x, slice(x, axis, 0, after)]
    return raw.one('ConcatV2', join(x), [...parts, raw.constant(axis, INT32)])
  }
  const gathered = (dy: Tensor, axis: number, before: number, after: number): Tensor => {
    const length = dy.shape[axis]! - before - after
    const onAxis = (first: number, last: number): Sides => (axis === 1 ? [first, last, 0, 0] : [0, 0, first, last])
    const atEnd = widen(slice(dy, axis, 0, before), onAxis(length - before, 0))
    const atStart = widen(slice(dy, axis, before + length, after), onAxis(0, length - after))
    const ends = raw.one('AddV2', plain(dy), [atEnd, atStart])
    return raw.one('AddV2', plain(dy), [slice(dy, axis, before, length), ends])
  }
  return {
    forward: (x, [top, bottom, left, right]) => around(around(x, 1, top, bottom), 2, left, right),
    backward: (dy, [top, bottom, left, right]) => gathered(gathered(dy, 2, left, right), 1, top, bottom),
  }
}

/** The middle of what was widened; not on the tape. */
export function withoutSides(raw: Raw): Way['backward'] {
  const attributes = raw.byType(T => ({ types: { T, Index: INT32 } }))
  return (dy, [top, , left], shape) =>
    raw.one('Slice', attributes(dy), [dy, raw.shape([0, top, left, 0]), raw.shape(shape)])
}

/** `count` numbers of one axis from `start`; not on the tape. */
export function slicing(raw: Raw): (x: Tensor, axis: number, start: number, count: number) => Tensor {
  const attributes: (x: Tensor) => readonly Attribute[] = raw.byType(T => ({ types: { T, Index: INT32 } }))
  return (x, axis, start, count) => {
    const starts = x.shape.map((_, at) => (at === axis ? start : 0))
    const counts = x.shape.map((length, at) => (at === axis ? count : length))
    return raw.one('Slice', attributes(x), [x, raw.shape(starts), raw.shape(counts)])
  }
}
