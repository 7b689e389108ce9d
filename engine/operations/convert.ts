import type { Tensor } from '../tensor.js'
import { differentiable } from './differentiable.js'
import { FLOAT32, type Raw } from './raw.js'

/** Between float32 and bfloat16, on the gradient tape; the tensor itself if it is of that type already. */
export function convert(raw: Raw, x: Tensor, type: number): Tensor {
  const from = raw.typeOf(x)
  if (from === type) return x
  return differentiable(raw.tf, [x], x => ({
    value: raw.cast(x!, type),
    saved: [],
    backward: dy => [raw.cast(dy, from)],
  }))
}

/** To float32 from either type of activations, on the gradient tape. */
export function toFloat(raw: Raw) {
  return (x: Tensor) => convert(raw, x, FLOAT32)
}
