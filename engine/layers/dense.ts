import type { Raw } from '../operations/raw.js'
import type { Scope, Tensor } from '../tensor.js'
import { uniformByFanIn } from './initial.js'

/** [batch, in] to [batch, out], float32: `weight` in x out, `bias`. */
export function dense({ tf }: Raw, product: (rows: Tensor, weight: Tensor) => Tensor = tf.matMul) {
  return (scope: Scope, size: { in: number; out: number }) => {
    const weight = scope.weight('weight', [size.in, size.out], uniformByFanIn(size.in))
    const bias = scope.weight('bias', [size.out], uniformByFanIn(size.in))
    return (x: Tensor): Tensor => tf.add(product(x, weight.read()), bias.read())
  }
}
