import { z } from 'zod'
import type { Engine, Scope, Tensor } from '../../engine/engine.js'
import { layerNorm as normOfRows } from '../../engine/layers/block.js'
import { constant, uniformByFanIn } from '../../engine/layers/initial.js'
import { type Spacings, spacedTaps } from '../../engine/layers/learnable-spacings.js'
import { anyPatch, batchOf, describeStage, ParameterProblem } from '../contract.js'
import { demandPatch, imageOf, inTurn } from './image-blocks.js'

/** What a block adds counts so little at first (the paper's appendix A.1). */
const small = constant(1e-6)

/** A convolutional network made as transformers are: wide depthwise convolutions, layer norm, few activations. */
export default describeStage({
  name: 'convnext',
  runsIn: 'tensor',
  role: 'encoder',
  summary: 'Depthwise convolutions 7 x 7, layer norm and dense layers with GELU, each block added to what came in.',
  source:
    'Liu et al., CVPR 2022 (ConvNeXt), 2; facebookresearch/ConvNeXt; spacings: Khalfaoui-Hassani et al., ICLR 2023, and 2023 (DCLS beyond bilinear interpolation)',
  parameters: z.strictObject({
    widths: z
      .array(z.int().min(1).max(4096))
      .min(1)
      .max(6)
      .default([32, 64, 128, 256])
      .describe('channels of each stage; each after the first halves time and frequency'),
    depths: z.array(z.int().min(1).max(64)).min(1).max(6).default([1, 1, 2, 1]).describe('blocks of each stage'),
    stem: z.int().min(1).max(16).default(4).describe('frames and bands that the first layer puts together'),
    spacings: z
      .strictObject({
        size: z.int().min(3).max(63).default(17).describe('frames and bands of the filter, odd'),
        count: z.int().min(1).max(256).default(26).describe('taps of each channel'),
      })
      .refine(({ size }) => size % 2 === 1, 'the size is odd: the filter has a middle')
      .optional()
      .describe(
        'in place of the 7 x 7 taps of a block: taps whose places and widths in a larger filter are learnt, too (DCLS, Gaussian)',
      ),
  }),
  in: { from: batchOf(anyPatch) },
  out: ({ from }, { widths, depths, stem }) => {
    if (widths.length !== depths.length)
      throw new ParameterProblem('depths', `there are ${widths.length} widths, and ${depths.length} depths`)
    const smallest = stem * 2 ** (widths.length - 1)
    demandPatch(from.of, [smallest, smallest], 'stem')
    return { kind: 'batch', of: { kind: 'embedding', size: widths.at(-1)! }, size: from.size }
  },
  build:
    ({ widths, depths, stem, spacings }, { from: { of: port } }) =>
    (engine, scope) => {
      const { operations } = engine
      const stages = widths.map((width, at) => {
        const own = scope.within(`block${at}`)
        const down = downsampling(engine, own.within('down'), {
          in: widths[at - 1] ?? port.channels ?? 1,
          out: width,
          stem,
          first: at === 0,
        })
        const blocks = Array.from({ length: depths[at]! }, (_, k) =>
          block(engine, own.within(`unit${k}`), width, spacings),
        )
        return (x: Tensor) => blocks.reduce((value, block) => block(value), down(x))
      })
      const norm = layerNorm(engine, scope.within('norm'), widths.at(-1)!)
      return ({ from }, options) =>
        norm(operations.globalPool(inTurn(stages, 'block', imageOf(engine, from), options), 'mean'))
    },
})

/** [N, frames, bands, in] to [N, frames / size, bands / size, out]: the stem ends in a layer norm, the others begin with one. */
function downsampling(
  engine: Engine,
  scope: Scope,
  { in: channels, out, stem, first }: { in: number; out: number; stem: number; first: boolean },
): (x: Tensor) => Tensor {
  const size = first ? stem : 2
  const norm = layerNorm(engine, scope, first ? out : channels)
  const filter = scope.weight('filter', [size, size, channels, out], uniformByFanIn(size * size * channels))
  const bias = scope.weight('bias', [out], uniformByFanIn(size * size * channels))
  const convolve = (x: Tensor) => {
    const settings = { stride: size, padding: 0, inputGradient: !first }
    return engine.tf.add(engine.operations.convolution(x, filter.read(), settings), bias.read())
  }
  return first ? x => norm(convolve(x)) : x => convolve(norm(x))
}

/** Depthwise 7 x 7 or with learnt spacings, layer norm, four times the width, GELU, back, scaled channel by channel; added to what came in. */
function block(engine: Engine, scope: Scope, width: number, spacings: Spacings | undefined): (x: Tensor) => Tensor {
  const { tf, operations, layers } = engine
  const taps = spacings ? spacedTaps(operations, scope, width, spacings) : squareTaps(scope, width)
  const bias = scope.weight('bias', [width], uniformByFanIn(spacings?.count ?? 49))
  const norm = layerNorm(engine, scope, width)
  const wide = layers.dense(scope.within('wide'), { in: width, out: 4 * width })
  const narrow = layers.dense(scope.within('narrow'), { in: 4 * width, out: width })
  const gain = scope.weight('gain', [width], small)
  return x => {
    const filtered = operations.depthwise(x, taps(), { stride: 1, padding: 'same', filterGradient: true })
    const rows = norm(tf.reshape(tf.add(filtered, bias.read()), [-1, width]))
    const made = tf.mul(narrow(operations.gelu(wide(rows))), gain.read())
    return tf.add(x, tf.reshape(made, x.shape))
  }
}

function squareTaps(scope: Scope, width: number): () => Tensor {
  const taps = scope.weight('taps', [7, 7, width], uniformByFanIn(49))
  return () => taps.read()
}

/** Over the channels, which are last. */
function layerNorm({ tf, operations }: Engine, scope: Scope, width: number): (x: Tensor) => Tensor {
  const norm = normOfRows(operations, scope, width)
  return x => tf.reshape(norm(tf.reshape(x, [-1, width])), x.shape)
}
