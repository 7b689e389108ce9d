import { z } from 'zod'
import type { Engine, Scope, Tensor } from '../../engine/engine.js'
import { batchOf, describeStage, patch } from '../contract.js'
import { demandPatch, type ImageBlock } from './image-blocks.js'

/** DenseNet-121 (Huang et al., CVPR 2017) with one input channel: a supervised baseline of FSD50K. In float32. */
export default describeStage({
  name: 'densenet',
  runsIn: 'tensor',
  role: 'encoder',
  summary:
    'Each layer sees what all before it in its block have made; DenseNet-121 with one input channel, then pooled.',
  source: 'Huang et al., CVPR 2017; Fonseca et al., TASLP 2022 (FSD50K), V',
  parameters: z.strictObject({
    blocks: z
      .array(z.int().min(1).max(64))
      .min(1)
      .max(6)
      .default([6, 12, 24, 16])
      .describe('layers of each block; time and frequency are halved twice before the first, and between blocks'),
    growth: z.int().min(1).max(256).default(32).describe('channels that each layer adds'),
    channels: z.int().min(2).max(512).default(64).describe('of the 7 x 7 convolution before the blocks'),
  }),
  in: { from: batchOf(patch) },
  out: ({ from }, parameters) => {
    const smallest = 2 ** (parameters.blocks.length + 1)
    demandPatch(from.of, [smallest, smallest], 'blocks')
    return { kind: 'batch', of: { kind: 'embedding', size: widthsOf(parameters).at(-1)!.out }, size: from.size }
  },
  build: parameters => (engine, scope) => {
    const { tf, operations, layers } = engine
    const { growth, channels } = parameters
    const stem = scope.within('stem')
    const first = layers.convolution(stem, {
      ...{ in: 1, out: channels, kernel: 7, stride: 2, padding: 3 },
      inputGradient: false,
    })
    const stemNorm = layers.batchNorm2d(stem, channels)
    const widths = widthsOf(parameters)
    const blocks = widths.map(({ in: from, layers: count, out }, at) => {
      const own = scope.within(`block${at}`)
      const grown = Array.from({ length: count }, (_, k) =>
        denseLayer(engine, own.within(`layer${k}`), from + k * growth, growth),
      )
      const halved = at < widths.length - 1 ? transition(engine, own.within('transition'), out) : undefined
      return { grown, halved }
    })
    const norm = layers.batchNorm2d(scope.within('norm'), widths.at(-1)!.out)
    return ({ from }, options) => {
      const image = operations.relu(stemNorm(first(tf.expandDims(from, 3)), options))
      const maps = blocks.reduce(
        (x, { grown, halved }, at) => {
          const value = grown.reduce((seen, layer) => tf.concat([seen, layer(seen, options)], 3), x)
          options.layer?.(`block${at}`, value)
          return halved ? halved(value, options) : value
        },
        operations.maxPool(image, { size: 3, stride: 2, padding: 1 }),
      )
      return operations.globalPool(operations.relu(norm(maps, options)), 'mean')
    }
  },
})

/** Channels into and out of each block; those that leave are halved before the next. */
function widthsOf({ blocks, growth, channels }: { blocks: number[]; growth: number; channels: number }) {
  let next = channels
  return blocks.map(layers => {
    const width = { in: next, layers, out: next + layers * growth }
    next = Math.floor(width.out / 2)
    return width
  })
}

/** Norm, ReLU, convolution 1 x 1 to four times the growth; norm, ReLU, convolution 3 x 3. */
function denseLayer({ operations, layers }: Engine, scope: Scope, channels: number, growth: number): ImageBlock {
  const narrow = scope.within('narrow')
  const wide = scope.within('wide')
  const firstNorm = layers.batchNorm2d(narrow, channels)
  const first = layers.convolution(narrow, { in: channels, out: 4 * growth, kernel: 1, stride: 1, padding: 0 })
  const secondNorm = layers.batchNorm2d(wide, 4 * growth)
  const second = layers.convolution(wide, { in: 4 * growth, out: growth, kernel: 3, stride: 1, padding: 1 })
  return (x, options) => {
    const inner = first(operations.relu(firstNorm(x, options)))
    return second(operations.relu(secondNorm(inner, options)))
  }
}

/** Norm, ReLU, convolution 1 x 1 to half the channels, mean over windows of 2 x 2. */
function transition({ tf, operations, layers }: Engine, scope: Scope, channels: number): ImageBlock {
  const norm = layers.batchNorm2d(scope, channels)
  const out = Math.floor(channels / 2)
  const convolve = layers.convolution(scope, { in: channels, out, kernel: 1, stride: 1, padding: 0 })
  const quarters = () => tf.fill([2, 2, out], 0.25) as Tensor
  return (x, options) =>
    operations.depthwise(convolve(operations.relu(norm(x, options))), quarters(), {
      ...{ stride: 2, padding: 'valid' },
      filterGradient: false,
    })
}
