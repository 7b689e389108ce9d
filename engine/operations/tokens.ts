import type { Tensor } from '../tensor.js'
import { differentiable } from './differentiable.js'
import type { Raw } from './raw.js'

/** Some tokens of each example, and back to their places; which ones, [batch, kept], float32 whole numbers, each once. */
export interface TokenPlaces {
  /** [batch, tokens, size] to [batch, kept, size]: those at `at`, in its order. */
  gather(x: Tensor, at: Tensor): Tensor
  /** [batch, kept, size] to [batch, tokens, size]: each at its place of `at`, 0 elsewhere. */
  scatter(x: Tensor, at: Tensor, tokens: number): Tensor
}

/** The gradient of each is the other. */
export function tokenPlaces({ tf }: Raw): TokenPlaces {
  /** Numbers of rows if all examples stood one behind the other. */
  const rowsOf = (at: Tensor, tokens: number) => {
    const [batch, kept] = at.shape as [number, number]
    const first = tf.mul(tf.reshape(tf.range(0, batch, 1, 'float32'), [batch, 1]), tokens)
    return tf.reshape(tf.cast(tf.add(at, first), 'int32'), [batch * kept]) as ReturnType<typeof tf.tensor1d>
  }
  const taken = (x: Tensor, at: Tensor) => {
    const [batch, tokens, size] = x.shape as [number, number, number]
    const rows = tf.gather(tf.reshape(x, [batch * tokens, size]), rowsOf(at, tokens))
    return tf.reshape(rows, [batch, at.shape[1]!, size])
  }
  const put = (x: Tensor, at: Tensor, tokens: number) => {
    const [batch, kept, size] = x.shape as [number, number, number]
    const rows = tf.reshape(x, [batch * kept, size])
    return tf.reshape(tf.unsortedSegmentSum(rows, rowsOf(at, tokens), batch * tokens), [batch, tokens, size])
  }
  return {
    gather: (x, at) =>
      differentiable(tf, [x], x => ({
        value: taken(x!, at),
        saved: [at],
        backward: (dy, [at]) => [put(dy, at!, x!.shape[1]!)],
      })),
    scatter: (x, at, tokens) =>
      differentiable(tf, [x], x => ({
        value: put(x!, at, tokens),
        saved: [at],
        backward: (dy, [at]) => [taken(dy, at!)],
      })),
  }
}
