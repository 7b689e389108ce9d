/** Every operation of the layer: TensorFlow's kernels under the gradient tape of tfjs. */
import type * as tfjs from '@tensorflow/tfjs'
import type { Precision } from '../tensor.js'
import { add } from './add.js'
import { attention } from './attention.js'
import { batchNorm } from './batch-norm.js'
import { toFloat } from './convert.js'
import { convolution } from './convolution.js'
import { convolutionBlock } from './convolution-block.js'
import { depthwise } from './depthwise.js'
import { dilatedConvolution } from './dilated-convolution.js'
import { fourier } from './fourier.js'
import { gatherUnread } from './gather.js'
import { gelu } from './gelu.js'
import { globalPool } from './global-pool.js'
import { instanceNorm } from './instance-norm.js'
import { layerNorm } from './layer-norm.js'
import { maxPool } from './max-pool.js'
import { pad } from './pad.js'
import { polyphase } from './polyphase.js'
import { prelu } from './prelu.js'
import { product } from './product.js'
import { rawOperations } from './raw.js'
import { relu } from './relu.js'
import { sameBitsInFunctions } from './same-bits.js'
import { scan } from './scan.js'
import { slidingMax } from './sliding-max.js'
import { mendGradients } from './tfjs-gradients.js'
import { tokenPlaces } from './tokens.js'

export type Operations = ReturnType<typeof createOperations>

export function createOperations(tf: typeof tfjs, precision: Precision) {
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
