/** Every operation of the layer: TensorFlow's kernels under the gradient tape of tfjs. */
import type * as tfjs from '@tensorflow/tfjs-node-gpu'
import type { Precision } from '../engine.js'
import { type Add, add } from './add.js'
import { type BatchNorm, batchNorm } from './batch-norm.js'
import { type Convolution, convolution } from './convolution.js'
import { type ConvolutionBlock, convolutionBlock } from './convolution-block.js'
import { type GlobalPool, globalPool } from './global-pool.js'
import { type MaxPool, maxPool } from './max-pool.js'
import { type Raw, rawOperations } from './raw.js'
import { type Relu, relu } from './relu.js'

export interface Operations {
  readonly raw: Raw
  readonly convolution: Convolution
  readonly batchNorm: BatchNorm
  readonly relu: Relu
  readonly add: Add
  readonly maxPool: MaxPool
  readonly globalPool: GlobalPool
  readonly convolutionBlock: ConvolutionBlock
}

export function createOperations(tf: typeof tfjs, precision: Precision): Operations {
  const raw = rawOperations(tf, precision)
  return {
    raw,
    convolution: convolution(raw),
    batchNorm: batchNorm(raw),
    relu: relu(raw),
    add: add(raw),
    maxPool: maxPool(raw),
    globalPool: globalPool(raw),
    convolutionBlock: convolutionBlock(raw),
  }
}
