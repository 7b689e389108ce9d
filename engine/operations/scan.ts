import type { Tensor } from '../tensor.js'
import type { Raw } from './raw.js'

/** Float32, [batch, tokens, ...]. */
export interface Scanned {
  /** What enters the state at each token: `heads` times as many numbers as a head has. */
  x: Tensor
  /** Logarithm of what each head then keeps of what was there, at most 0: `heads` numbers. */
  decay: Tensor
  /** Where in the state it enters, and from where the state is read: numbers of a state each. */
  enters: Tensor
  reads: Tensor
}

/** Tokens of a chunk: time and memory grow by the square of them. */
const CHUNK = 128

/**
 * Selective scan of tokens in their order (Gu and Dao, 2023, algorithm 2, with one decay a head): the state of a head begins
 * at 0 and becomes h = exp(decay) h + enters x^T, of which reads h is given, as many numbers as `x` has. Not token by token:
 * within a chunk it is a product of matrices, as attention is, and so it is from chunk to chunk (Dao and Gu, ICML 2024, 6).
 */
export function scan({ tf }: Raw) {
  return ({ x, decay, enters, reads }: Scanned, chunk = CHUNK): Tensor => {
    const [batch, tokens] = x.shape as [number, number]
    const [heads, state] = [decay.shape[2]!, enters.shape[2]!]
    const chunks = Math.ceil(tokens / chunk)
    const length = Math.ceil(tokens / chunks)
    const missing = chunks * length - tokens
    const inChunks = (of: Tensor) => {
      const whole =
        missing === 0
          ? of
          : tf.pad(of, [
              [0, 0],
              [0, missing],
              [0, 0],
            ])
      return tf.reshape(whole, [batch * chunks, length, of.shape[2]!])
    }
    const values = tf.reshape(inChunks(x), [batch * chunks, length, heads, -1])
    const [entering, reading, decays] = [enters, reads, decay].map(inChunks) as [Tensor, Tensor, Tensor]
    const since = tf.cumsum(tf.transpose(decays, [0, 2, 1]), 2)
    const found = chunks === 1 ? within() : tf.add(within(), fromBefore())
    return tf.slice(tf.reshape(found, [batch, chunks * length, -1]), [0, 0, 0], [-1, tokens, -1])

    /** What a chunk reads of its own tokens: [chunks of all examples, length, heads, numbers of a head]. */
    function within(): Tensor {
      const met = tf.reshape(tf.matMul(reading, entering, false, true), [-1, 1, length, length])
      const shares = tf.mul(met, left(since, since, 0))
      return tf.transpose(tf.matMul(shares, tf.transpose(values, [0, 2, 1, 3])), [0, 2, 1, 3])
    }

    /** What it reads of the state that the chunks before it leave. */
    function fromBefore(): Tensor {
      const end = tf.slice(since, [0, 0, length - 1], [-1, -1, 1])
      const made = tf.matMul(
        tf.reshape(times(values, tf.sub(end, since)), [batch * chunks, length, -1]),
        entering,
        true,
      )
      const each = tf.transpose(tf.reshape(end, [batch, chunks, heads]), [0, 2, 1])
      const ends = tf.cumsum(each, 2)
      const states = tf.transpose(tf.reshape(made, [batch, chunks, heads, -1]), [0, 2, 1, 3])
      const arriving = tf.transpose(tf.matMul(left(tf.sub(ends, each), ends, 1), states), [0, 2, 1, 3])
      const read = tf.matMul(reading, tf.reshape(arriving, [batch * chunks, -1, state]), false, true)
      return times(tf.reshape(read, values.shape), since)
    }
  }

  /** Numbers [rows, places, heads, ...] times the exponential of what stands at [rows, heads, places]. */
  function times(of: Tensor, logarithm: Tensor): Tensor {
    return tf.mul(of, tf.expandDims(tf.transpose(tf.exp(logarithm), [0, 2, 1]), 3))
  }

  /**
   * What is left at each place of what entered at each place at least `back` before it, 0 of what came later:
   * [rows, heads, to, from], from sums of decays, [rows, heads, places].
   */
  function left(to: Tensor, from: Tensor, back: 0 | 1): Tensor {
    const places = to.shape[2]!
    const later = Float32Array.from({ length: places ** 2 }, (_, at) =>
      at % places > Math.floor(at / places) - back ? NOTHING : 0,
    )
    const apart = tf.sub(tf.expandDims(to, 3), tf.expandDims(from, 2))
    return tf.exp(tf.add(apart, tf.tensor(later, [places, places])))
  }
}

/** Its exponential is 0, whatever decays are added. */
const NOTHING = -1e30
