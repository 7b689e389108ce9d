import type { Raw } from '../operations/raw.js'
import type { Scope, Tensor } from '../tensor.js'
import { uniformByFanIn } from './initial.js'

/**
 * Gated recurrent unit from a state of zeros over [batch, time, in], float32; gives the state after the last step,
 * [batch, out]. Weights as torch.nn.GRU has them, transposed: `input` in x 3 out and `recurrent` out x 3 out, each with
 * its own bias; the thirds are the reset gate, the update gate and the candidate.
 *
 * r = sigmoid(Wr x + Ur h), z = sigmoid(Wz x + Uz h), n = tanh(Wn x + r (Un h)), h' = n + z (h - n), biases inside
 * (Cho et al., EMNLP 2014, with the reset gate behind the product as in PyTorch).
 */
export function gru({ tf }: Raw) {
  return (scope: Scope, { in: size, out }: { in: number; out: number }) => {
    const initial = uniformByFanIn(out)
    const input = scope.weight('input', [size, 3 * out], initial)
    const inputBias = scope.weight('inputBias', [3 * out], initial)
    const recurrent = scope.weight('recurrent', [out, 3 * out], initial)
    const recurrentBias = scope.weight('recurrentBias', [3 * out], initial)
    return (x: Tensor): Tensor => {
      const [batch, steps] = x.shape as [number, number]
      // What does not wait for the state is one product for all steps; tfjs has no gradient of unstacking a single one
      const fed = tf.add(tf.matMul(tf.reshape(x, [batch * steps, size]), input.read()), inputBias.read())
      let state: Tensor = tf.zeros([batch, out])
      for (const step of steps === 1 ? [fed] : tf.unstack(tf.reshape(fed, [batch, steps, 3 * out]), 1)) {
        const [resetFed, updateFed, candidateFed] = tf.split(step, 3, 1) as [Tensor, Tensor, Tensor]
        const held = tf.add(tf.matMul(state, recurrent.read()), recurrentBias.read())
        const [resetHeld, updateHeld, candidateHeld] = tf.split(held, 3, 1) as [Tensor, Tensor, Tensor]
        const reset = tf.sigmoid(tf.add(resetFed, resetHeld))
        const update = tf.sigmoid(tf.add(updateFed, updateHeld))
        const candidate = tf.tanh(tf.add(candidateFed, tf.mul(reset, candidateHeld)))
        state = tf.add(candidate, tf.mul(update, tf.sub(state, candidate)))
      }
      return state
    }
  }
}
