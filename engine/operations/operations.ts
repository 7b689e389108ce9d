/** Every operation of the layer: TensorFlow's kernels under the gradient tape of tfjs. */
import type * as tfjs from '@tensorflow/tfjs'
import type { Precision } from '../tensor.js'
import { type Add, add } from './add.js'
import { type Attention, attention } from './attention.js'
import { type BatchNorm, batchNorm } from './batch-norm.js'
import { type ToFloat, toFloat } from './convert.js'
import { type Convolution, convolution } from './convolution.js'
import { type ConvolutionBlock, convolutionBlock } from './convolution-block.js'
import { type Depthwise, depthwise } from './depthwise.js'
import { type DilatedConvolution, dilatedConvolution } from './dilated-convolution.js'
import { type Fourier, fourier } from './fourier.js'
import { gatherUnread } from './gather.js'
import { type Gelu, gelu } from './gelu.js'
import { type GlobalPool, globalPool } from './global-pool.js'
import { type InstanceNorm, instanceNorm } from './instance-norm.js'
import { type LayerNorm, layerNorm } from './layer-norm.js'
import { type MaxPool, maxPool } from './max-pool.js'
import { type Pad, pad } from './pad.js'
import { type Polyphase, polyphase } from './polyphase.js'
import { type Prelu, prelu } from './prelu.js'
import { type Product, product } from './product.js'
import { type Raw, rawOperations } from './raw.js'
import { type Relu, relu } from './relu.js'
import { sameBitsInFunctions } from './same-bits.js'
import { type Scan, scan } from './scan.js'
import { type SlidingMax, slidingMax } from './sliding-max.js'
import { mendGradients } from './tfjs-gradients.js'
import { type TokenPlaces, tokenPlaces } from './tokens.js'

export interface Operations {
  readonly raw: Raw
  readonly toFloat: ToFloat
  readonly convolution: Convolution
  readonly batchNorm: BatchNorm
  readonly relu: Relu
  readonly add: Add
  readonly maxPool: MaxPool
  readonly globalPool: GlobalPool
  readonly convolutionBlock: ConvolutionBlock
  readonly prelu: Prelu
  readonly instanceNorm: InstanceNorm
  readonly dilatedConvolution: DilatedConvolution
  readonly pad: Pad
  readonly slidingMax: SlidingMax
  readonly depthwise: Depthwise
  readonly polyphase: Polyphase
  readonly product: Product
  readonly layerNorm: LayerNorm
  readonly gelu: Gelu
  readonly attention: Attention
  readonly scan: Scan
  readonly tokens: TokenPlaces
  readonly fourier: Fourier
}

export function createOperations(tf: typeof tfjs, precision: Precision): Operations {
  const raw = rawOperations(tf, precision)
  mendGradients(raw)
  gatherUnread(raw)
  sameBitsInFunctions(raw)
  return {
    raw,
    toFloat: toFloat(raw),
    convolution: convolution(raw),
    batchNorm: batchNorm(raw),
    relu: relu(raw),
    add: add(raw),
    maxPool: maxPool(raw),
    globalPool: globalPool(raw),
    convolutionBlock: convolutionBlock(raw),
    prelu: prelu(raw),
    instanceNorm: instanceNorm(raw),
    dilatedConvolution: dilatedConvolution(raw),
    pad: pad(raw),
    slidingMax: slidingMax(raw),
    depthwise: depthwise(raw),
    polyphase: polyphase(raw),
    product: product(raw),
    layerNorm: layerNorm(raw),
    gelu: gelu(raw),
    attention: attention(raw),
    scan: scan(raw),
    tokens: tokenPlaces(raw),
    fourier: fourier(raw),
  }
}
