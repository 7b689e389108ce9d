import type { Product } from '../operations/product.js'
import type { Raw } from '../operations/raw.js'
import type { Scope, Tensor } from '../tensor.js'
import { uniformByFanIn } from './initial.js'

/** [batch, in] to [batch, out], float32: `weight` in x out, `bias`. */
export type Dense = (scope: Scope, size: { in: number; out: number }) => (x: Tensor) => Tensor

/** @param product rows times a weight */
export function dense({ tf }: Raw, product: Product = tf.matMul): Dense {
  return (scope, size) => {
    const weight = scope.weight('weight', [size.in, size.out], uniformByFanIn(size.in))
    const bias = scope.weight('bias', [size.out], uniformByFanIn(size.in))
    return x => tf.add(product(x, weight.read()), bias.read())
  }
}
