/** The network of HEAR's probe (hearbenchmark/hear-eval-kit). */
import type { Engine, Scope, Tensor } from '../../../engine/engine.js'
import { uniformByFanIn, xavier } from '../../../engine/layers/initial.js'
import { FLOAT32, INT32 } from '../../../engine/operations/raw.js'
import type { HearPoint } from './hear-grid.js'

/** Units of a hidden layer, and the share of them that is left out at each step. */
export const HEAR = { hidden: 1024, dropout: 0.1 }

/** Some of the units of a hidden layer, scaled up so that their mean stays: [clips, hidden] to the same. */
export type Drop = (x: Tensor, layer: number) => Tensor

interface Size {
  inputs: number
  hidden: number
  hiddenLayers: number
  classes: number
}

/**
 * Hidden layers of dense, batch norm, dropout and ReLU, then a dense layer to the classes. Xavier weights with the gain
 * of what stands before them (1 for the embedding, sqrt 2 for a ReLU), biases as PyTorch's linear layers start.
 *
 * @returns logits [clips, classes]; with `drop` as in training: batch statistics, which move the running ones
 */
export function hearNetwork(
  { tf, layers }: Engine,
  scope: Scope,
  { inputs, hidden, hiddenLayers, classes }: Size,
  start: HearPoint['start'],
): (x: Tensor, drop?: Drop) => Tensor {
  const dense = (name: string, from: number, to: number, gain: number) => {
    const weight = scope.weight(`${name}.weight`, [from, to], xavier(from, to, start, gain))
    const bias = scope.weight(`${name}.bias`, [to], uniformByFanIn(from))
    return (x: Tensor): Tensor => tf.add(tf.matMul(x, weight.read()), bias.read())
  }
  const blocks = Array.from({ length: hiddenLayers }, (_, layer) => ({
    linear: dense(`hidden${layer}`, layer === 0 ? inputs : hidden, hidden, layer === 0 ? 1 : Math.SQRT2),
    norm: layers.batchNorm(scope.within(`hidden${layer}.norm`), hidden),
  }))
  const output = dense('output', hidden, classes, Math.SQRT2)
  return (x, drop) => {
    const active = blocks.reduce((input, { linear, norm }, layer) => {
      const normal = norm(linear(input), { training: drop !== undefined })
      return tf.relu(drop ? drop(normal, layer) : normal)
    }, x)
    return output(active)
  }
}

/** Dropout whose draws depend on a seed, the step and the layer alone. */
export function keyedDropout({ tf, operations }: Engine, seed: number): (step: number) => Drop {
  const { raw } = operations
  const attributes = raw.attributes({ types: { dtype: FLOAT32, T: INT32, Tseed: INT32 } })
  return step => (x, layer) => {
    const shape = tf.tensor1d([...x.shape], 'int32')
    const uniform = raw.one('StatelessRandomUniform', attributes, [
      shape,
      tf.tensor1d([seed, 2 * step + layer], 'int32'),
    ])
    const kept = tf.cast(tf.greaterEqual(uniform, HEAR.dropout), 'float32')
    return tf.mul(x, tf.mul(kept, 1 / (1 - HEAR.dropout)))
  }
}
