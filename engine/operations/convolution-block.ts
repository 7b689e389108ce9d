import type { Tensor, Weight } from '../tensor.js'
import { type BatchNormWeights, batchNormAttributes, normaliseBatch, runningAffine } from './batch-norm.js'
import { convert } from './convert.js'
import { convolution, convolutionAttributes } from './convolution.js'
import { differentiable } from './differentiable.js'
import { maxPool, pooling } from './max-pool.js'
import { FLOAT32, type Raw } from './raw.js'
import { relu } from './relu.js'

export interface ConvolutionBlockWeights extends BatchNormWeights {
  /** 3 x 3 x in x out */
  filter: Weight
}

/**
 * Convolution 3 x 3, batch norm, ReLU and 2 x 2 max-pooling of [batch, height, width, in], float32 or bfloat16, in an
 * order of less work and the same result: ReLU runs after the pooling, on a quarter of the numbers, and outside
 * training, or where its scale is frozen, batch norm is folded into the filter.
 */
export function convolutionBlock(raw: Raw) {
  const training = trainingBlock(raw)
  const running = runningBlock(raw)
  return (x: Tensor, weights: ConvolutionBlockWeights, options: { training: boolean; inputGradient: boolean }) =>
    (options.training && !weights.scale.frozen ? training : running)(x, weights, options.inputGradient)
}

type Block = (x: Tensor, weights: ConvolutionBlockWeights, inputGradient: boolean) => Tensor

/** One operation on the tape, so that nothing large outlives its use. */
function trainingBlock(raw: Raw): Block {
  const convolve = convolutionAttributes(raw, { stride: 1, padding: 'SAME' })
  const pool = pooling(raw, 2, 2)
  const norm = batchNormAttributes(raw)
  const plain = raw.byType(T => ({ types: { T } }))

  return (x, weights, inputGradient) => {
    const [filter, scale, offset] = [weights.filter.read(), weights.scale.read(), weights.offset.read()]
    const trained = [filter, scale, offset]
    return differentiable(raw.tf, inputGradient ? [...trained, x] : trained, () => {
      const narrow = raw.cast(filter, raw.typeOf(x))
      const convolved = raw.one('Conv2D', convolve(x), [x, narrow])
      const { value, saved } = normaliseBatch(raw, norm.training(x), convolved, scale, offset, weights)
      const { value: pooled, where } = pool.forward(value)
      // of what was pooled the shape alone is read again if it is known where the maxima were: no need to keep it
      const shaped = where.length > 0 ? convolved : value
      return {
        value: raw.one('Relu', plain(x), [pooled]),
        saved: [x, narrow, scale, convolved, ...saved, shaped, pooled, ...where],
        backward,
      }
    })

    function backward(dy: Tensor, kept: Tensor[]): Tensor[] {
      const [x, narrow, scale, convolved] = kept as [Tensor, Tensor, Tensor, Tensor]
      const [saved, pooled] = [kept.slice(4, 7), kept.slice(7)]
      const dPooled = raw.one('ReluGrad', plain(x), [dy, pooled[1]!])
      const dNormalised = pool.backward(dPooled, pooled)
      const inputs = [dNormalised, convolved, scale, ...saved]
      const [dConvolved, dScale, dOffset] = raw.run('FusedBatchNormGradV3', norm.gradient(x), inputs, 5)
      dNormalised.dispose()
      const dFilter = raw.one('Conv2DBackpropFilter', convolve(x), [x, raw.shape(narrow.shape), dConvolved!])
      const gradients = [raw.cast(dFilter, FLOAT32), dScale!, dOffset!]
      if (inputGradient)
        gradients.push(raw.one('Conv2DBackpropInput', convolve(x), [raw.shape(x.shape), narrow, dConvolved!]))
      dConvolved!.dispose()
      return gradients
    }
  }
}

/** With the running statistics. */
function runningBlock(raw: Raw): Block {
  const { tf } = raw
  const convolve = convolution(raw)
  const pool = maxPool(raw)
  const rectify = relu(raw)
  return (x, weights, inputGradient) => {
    const { factor, shift } = runningAffine(raw, weights)
    const filter = tf.mul(weights.filter.read(), factor)
    const convolved = convolve(x, filter, { stride: 1, padding: 1, inputGradient })
    const pooled = pool(convolved, { size: 2, stride: 2 })
    return convert(raw, rectify(tf.add(convert(raw, pooled, FLOAT32), shift)), raw.typeOf(x))
  }
}
