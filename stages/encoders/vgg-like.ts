import { z } from 'zod'
import type { Engine, Scope } from '../../engine/engine.js'
import { batchOf, describeStage, patch } from '../contract.js'
import { demandHalvings } from './halving-blocks.js'
import { type ImageBlock, inTurn } from './image-blocks.js'

const width = z.int().min(1).max(4096)

/** The VGG-like encoder of uclser20 ("VGG321"): 0.280 million weights. */
export default describeStage({
  name: 'vgg-like',
  runsIn: 'tensor',
  role: 'encoder',
  summary: 'Blocks of 3 x 3 convolutions with max-pooling, global mean and maximum, then a dense layer with ReLU.',
  source: 'Fonseca et al., ICASSP 2021, 3.3',
  parameters: z.strictObject({
    blocks: z
      .array(z.array(width).min(1).max(8))
      .min(1)
      .max(8)
      .default([[32, 32, 32], [64, 64], [128]])
      .describe('channels of each convolution, block by block; each block halves time and frequency'),
    size: z.int().min(1).max(65536).default(512).describe('numbers in the embedding'),
  }),
  in: { from: batchOf(patch) },
  out: ({ from }, { blocks, size }) => {
    demandHalvings(from.of, blocks, 'blocks')
    return { kind: 'batch', of: { kind: 'embedding', size }, size: from.size }
  },
  build:
    ({ blocks, size }) =>
    (engine, scope) => {
      const { tf, operations, layers } = engine
      const widths = blocks.flat()
      const last = new Set(blocks.map((_, index) => blocks.slice(0, index + 1).flat().length - 1))
      const convolutions = widths.map((out, index) => {
        const settings = { in: widths[index - 1] ?? 1, out, inputGradient: index > 0 }
        const inner = scope.within(`convolution${index}`)
        return last.has(index) ? layers.convolutionBlock(inner, settings) : rectified(engine, inner, settings)
      })
      const dense = layers.dense(scope.within('dense'), { in: 2 * widths.at(-1)!, out: size })
      return ({ from }, options) => {
        const image = operations.raw.toActivation(tf.expandDims(from, 3))
        const features = inTurn(convolutions, 'convolution', image, options)
        return tf.relu(dense(operations.globalPool(features, 'mean-max')))
      }
    },
})

/** Convolution 3 x 3, batch norm, ReLU. */
function rectified(
  { operations, layers }: Engine,
  scope: Scope,
  settings: { in: number; out: number; inputGradient: boolean },
): ImageBlock {
  const convolution = layers.convolution(scope, { ...settings, kernel: 3, stride: 1, padding: 1, start: 'uniform' })
  const norm = layers.batchNorm2d(scope, settings.out)
  return (x, options) => operations.relu(norm(convolution(x), options))
}
