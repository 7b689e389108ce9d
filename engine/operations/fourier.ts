import type { Tensor } from '../tensor.js'
import { differentiable } from './differentiable.js'
import { FLOAT32, type Raw } from './raw.js'

/** The discrete Fourier transform of real numbers along the last axis, float32; `length` numbers have length / 2 + 1 bins. */
export interface Fourier {
  /** [..., length] to [..., 2 bins]: real parts, then imaginary parts. */
  forward(x: Tensor): Tensor
  /** Back, from real and imaginary parts [..., bins] to [..., length]; the length is even. */
  inverse(real: Tensor, imaginary: Tensor): Tensor
}

const COMPLEX64 = 8

export function fourier(raw: Raw): Fourier {
  const { tf } = raw
  const transform = raw.attributes({ types: { Treal: FLOAT32, Tcomplex: COMPLEX64 } })
  const joining = raw.attributes({ types: { T: FLOAT32, Tout: COMPLEX64 } })
  const parting = raw.attributes({ types: { T: COMPLEX64, Tout: FLOAT32 } })

  const lengthOf = (bins: Tensor) => 2 * (bins.shape.at(-1)! - 1)
  const partsOf = (x: Tensor): [real: Tensor, imaginary: Tensor] => {
    const bins = raw.one('RFFT', transform, [x, raw.shape([x.shape.at(-1)!])])
    return [raw.one('Real', parting, [bins]), raw.one('Imag', parting, [bins])]
  }
  const numbersOf = (real: Tensor, imaginary: Tensor) =>
    raw.spent([raw.one('Complex', joining, [real, imaginary])], ([bins]) =>
      raw.one('IRFFT', transform, [bins!, raw.shape([lengthOf(real)])]),
    )
  /** How often a bin counts in the inverse, over the length: those between the ends stand for their mirror images too. */
  const shares = (bins: number, power: 1 | -1) => {
    const length = 2 * (bins - 1)
    return tf.tensor1d(Array.from({ length: bins }, (_, at) => ((at % (bins - 1) === 0 ? 1 : 2) / length) ** power))
  }

  return {
    forward: x =>
      differentiable(tf, [x], x => ({
        value: tf.concat(partsOf(x!), -1),
        saved: [],
        backward: dy => {
          const [real, imaginary] = tf.split(dy, 2, -1) as [Tensor, Tensor]
          const weights = shares(real.shape.at(-1)!, -1)
          return [numbersOf(tf.mul(real, weights), tf.mul(imaginary, weights))]
        },
      })),
    inverse: (real, imaginary) =>
      differentiable(tf, [real, imaginary], (real, imaginary) => ({
        value: numbersOf(real!, imaginary!),
        saved: [],
        backward: dy => {
          const weights = shares(dy.shape.at(-1)! / 2 + 1, 1)
          return partsOf(dy).map(part => tf.mul(part, weights))
        },
      })),
  }
}
