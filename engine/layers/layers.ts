/** Operations with their weights: made once in a scope, called at each step. */

import type { BatchNormWeights } from '../operations/batch-norm.js'
import type { Operations } from '../operations/operations.js'
import type { Initial, Scope, Tensor, Weight } from '../tensor.js'
import { dense } from './dense.js'
import { gru } from './gru.js'
import { normalByFanOut, ones, uniformByFanIn, zeros } from './initial.js'
import { transformer } from './transformer.js'

export interface Training {
  training: boolean
}

export interface ConvolutionLayer {
  in: number
  out: number
  kernel: number
  stride: number
  padding: number
  /** False for the layer that reads the data. */
  inputGradient?: boolean
  /** As torchvision's ResNet starts if absent; `uniform` as PyTorch's convolution does by itself. */
  start?: 'uniform'
}

export type Layers = ReturnType<typeof createLayers>

export function createLayers(operations: Operations) {
  const { tf } = operations.raw
  return {
    /** [batch, in] to [batch, out], float32. */
    dense: dense(operations.raw),
    /** Batch norm of [batch, size], float32. */
    batchNorm: (scope: Scope, size: number) => {
      const weights = batchNormWeights(scope, size)
      return (x: Tensor, options: Training): Tensor => {
        const square = tf.reshape(x, [x.shape[0]!, 1, 1, size])
        return tf.reshape(operations.batchNorm(square, weights, options), [x.shape[0]!, size])
      }
    },
    /** Batch norm of [batch, height, width, size], type of activations. */
    batchNorm2d: (scope: Scope, size: number) => {
      const weights = batchNormWeights(scope, size)
      return (x: Tensor, options: Training) => operations.batchNorm(x, weights, options)
    },
    /** Without bias; [batch, height, width, in], type of activations. */
    convolution: (
      scope: Scope,
      { in: channels, out, kernel, stride, padding, inputGradient = true, start }: ConvolutionLayer,
    ) => {
      const area = kernel * kernel
      const initial: Initial = start === 'uniform' ? uniformByFanIn(area * channels) : normalByFanOut(area * out)
      const filter = scope.weight('filter', [kernel, kernel, channels, out], initial)
      return (x: Tensor) => operations.convolution(x, filter.read(), { stride, padding, inputGradient })
    },
    /** Convolution 3 x 3, batch norm, ReLU, 2 x 2 max-pooling; type of activations. */
    convolutionBlock: (
      scope: Scope,
      { in: channels, out, inputGradient = true }: { in: number; out: number; inputGradient?: boolean },
    ) => {
      const filter: Weight = scope.weight('filter', [3, 3, channels, out], uniformByFanIn(9 * channels))
      const weights = { filter, ...batchNormWeights(scope, out) }
      return (x: Tensor, { training }: Training) => operations.convolutionBlock(x, weights, { training, inputGradient })
    },
    /** [batch, time, in] to the state after the last step, [batch, out]; float32. */
    gru: gru(operations.raw),
    /** Blocks of a vision transformer, [batch, tokens, width]; float32. */
    transformer: transformer(operations),
  }
}

function batchNormWeights(scope: Scope, size: number): BatchNormWeights {
  return {
    scale: scope.weight('scale', [size], ones),
    offset: scope.weight('offset', [size], zeros),
    mean: scope.statistic('mean', [size], zeros),
    variance: scope.statistic('variance', [size], ones),
  }
}
