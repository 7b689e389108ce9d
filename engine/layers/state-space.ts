import type { Operations } from '../operations/operations.js'
import type { Initial, Scope, Tensor } from '../tensor.js'
import { type Block, layerNorm } from './block.js'
import { dense } from './dense.js'
import { ones, uniformByFanIn } from './initial.js'

/** Numbers of a state, tokens that a filter sees, width inside over width: as Mamba has them. */
const STATE = 16
const TAPS = 4
const WIDER = 2

/**
 * Block of a bidirectional Mamba (Zhu et al., ICML 2024 (Vision Mamba), algorithm 1), added to what came in: layer norm, a
 * dense layer to twice the width and to a gate, a causal filter and a selective scan in the order of the tokens and others
 * against it, their sum times the gate's SiLU, a dense layer back. One decay a head (Dao and Gu, ICML 2024) in place of one
 * for each channel and number of a state.
 */
export function stateSpace(operations: Operations): Block {
  const { tf } = operations.raw
  const linear = dense(operations.raw, operations.product)
  const silu = (x: Tensor) => tf.mul(x, tf.sigmoid(x))
  return (scope, { width, heads }) => {
    const inner = WIDER * width
    const norm = layerNorm(operations, scope.within('norm'), width)
    const input = linear(scope.within('input'), { in: width, out: 2 * inner })
    const onwards = direction(scope.within('onwards'), inner, heads)
    const backwards = direction(scope.within('backwards'), inner, heads)
    const output = linear(scope.within('output'), { in: inner, out: width })
    return (rows, batch) => {
      const both = tf.reshape(input(norm(rows)), [batch, -1, 2 * inner])
      const [heard, gate] = tf.split(both, 2, 2) as [Tensor, Tensor]
      const found = tf.add(onwards(heard), tf.reverse(backwards(tf.reverse(heard, 1)), 1))
      return tf.add(rows, output(tf.reshape(tf.mul(found, silu(gate)), [-1, inner])))
    }
  }

  /** [batch, tokens, width] to the same. */
  function direction(scope: Scope, width: number, heads: number): (x: Tensor) => Tensor {
    const taps = scope.weight('taps', [TAPS, 1, width], uniformByFanIn(TAPS))
    const bias = scope.weight('bias', [width], uniformByFanIn(TAPS))
    const select = linear(scope.within('select'), { in: width, out: heads + 2 * STATE })
    const step = scope.weight('step', [heads], firstSteps)
    const rate = scope.weight('rate', [heads], firstRates)
    const skip = scope.weight('skip', [width], ones)
    const settings = { stride: 1, padding: 'valid', filterGradient: true } as const
    return x => {
      const [batch, tokens] = x.shape as [number, number]
      const before = tf.expandDims(
        tf.pad(x, [
          [0, 0],
          [TAPS - 1, 0],
          [0, 0],
        ]),
        2,
      )
      const filtered = tf.reshape(operations.depthwise(before, taps.read(), settings), [batch, tokens, width])
      const heard = silu(tf.add(filtered, bias.read()))
      const chosen = tf.reshape(select(tf.reshape(heard, [-1, width])), [batch, tokens, -1])
      const [steps, enters, reads] = tf.split(chosen, [heads, STATE, STATE], 2) as [Tensor, Tensor, Tensor]
      const sizes = tf.softplus(tf.add(steps, step.read()))
      const entering = tf.mul(tf.reshape(heard, [batch, tokens, heads, -1]), tf.expandDims(sizes, 3))
      const decay = tf.neg(tf.mul(sizes, tf.exp(rate.read())))
      const found = operations.scan({ x: tf.reshape(entering, x.shape), decay, enters, reads })
      return tf.add(found, tf.mul(heard, skip.read()))
    }
  }
}

/** As Mamba-2 starts: steps between 0.001 and 0.1, evenly by their logarithm, before the softplus ... */
const firstSteps: Initial = (size, draws) =>
  Float32Array.from({ length: size }, () =>
    Math.log(Math.expm1(Math.exp(draws.uniform(Math.log(1e-3), Math.log(0.1))))),
  )
/** ... and rates of decay between 1 and 16, as logarithms. */
const firstRates: Initial = (size, draws) => Float32Array.from({ length: size }, () => Math.log(draws.uniform(1, 16)))
