import { z } from 'zod'
import type { Engine, Scope, Tensor } from '../../engine/engine.js'
import { uniformByFanIn } from '../../engine/layers/initial.js'
import { batchOf, describeStage, ParameterProblem, patch } from '../contract.js'
import { demandPatch, type ImageBlock, inTurn } from './image-blocks.js'

const parameters = z.strictObject({
  widths: z
    .array(z.int().min(1).max(4096))
    .min(1)
    .max(12)
    .default([16, 24, 32, 64, 96, 160, 320])
    .describe('channels between the layers of each block'),
  depths: z
    .array(z.int().min(1).max(64))
    .min(1)
    .max(12)
    .default([1, 2, 3, 4, 3, 3, 1])
    .describe('layers of each block; what comes in is added to those that keep its size'),
  strides: z
    .array(z.union([z.literal(1), z.literal(2)]))
    .min(1)
    .max(12)
    .default([1, 2, 2, 2, 1, 2, 1])
    .describe('of each block; 2 halves time and frequency, as the layer before the first block does'),
  expansion: z.int().min(1).max(32).default(6).describe('how many times wider layers are inside; 1 in the first block'),
  stem: z.int().min(1).max(4096).default(32).describe('channels of the 3 x 3 convolution before the blocks'),
  last: z.int().min(1).max(8192).default(1280).describe('channels of the 1 x 1 convolution behind them, then pooled'),
})

/** MobileNetV2 with one input channel: few multiplications a patch. In float32. */
export default describeStage({
  name: 'mobilenet',
  runsIn: 'tensor',
  role: 'encoder',
  summary:
    'Inverted residuals: wide inside, where a 3 x 3 convolution works on each channel by itself, narrow between; MobileNetV2, pooled.',
  source: 'Sandler et al., CVPR 2018 (MobileNetV2); for sound: Schmid, Koutini and Widmer, ICASSP 2023',
  parameters,
  in: { from: batchOf(patch) },
  out: ({ from }, { widths, depths, strides, last }) => {
    for (const [name, { length }] of Object.entries({ depths, strides }))
      if (length !== widths.length)
        throw new ParameterProblem(name, `there are ${widths.length} widths, and ${length} ${name}`)
    const smallest = strides.reduce<number>((size, stride) => size * stride, 2)
    demandPatch(from.of, [smallest, smallest], 'strides')
    return { kind: 'batch', of: { kind: 'embedding', size: last }, size: from.size }
  },
  build: parameters => (engine, scope) => {
    const { stem, last } = parameters
    const first = convolutionNorm(engine, scope.within('stem'), { in: 1, out: stem, kernel: 3, stride: 2 })
    const blocks = layersOf(parameters).map((layers, at) => {
      const own = scope.within(`block${at}`)
      const units = layers.map((layer, k) => invertedResidual(engine, own.within(`unit${k}`), layer))
      const block: ImageBlock = (x, options) => units.reduce((seen, unit) => unit(seen, options), x)
      return block
    })
    const top = convolutionNorm(engine, scope.within('last'), {
      in: parameters.widths.at(-1)!,
      out: last,
      kernel: 1,
      stride: 1,
    })
    return ({ from }, options) => {
      const { tf, operations } = engine
      const image = tf.relu6(first(tf.expandDims(from, 3), options)) as Tensor
      const maps = inTurn(blocks, 'block', image, options)
      return operations.globalPool(tf.relu6(top(maps, options)), 'mean')
    }
  },
})

interface Layer {
  in: number
  out: number
  inside: number
  stride: 1 | 2
}

/** Block by block; the first layer of each halves, if one does. */
function layersOf({ widths, depths, strides, expansion, stem }: z.output<typeof parameters>): Layer[][] {
  return widths.map((out, at) =>
    Array.from({ length: depths[at]! }, (_, k) => {
      const channels = k > 0 ? out : (widths[at - 1] ?? stem)
      return { in: channels, out, inside: channels * (at === 0 ? 1 : expansion), stride: k > 0 ? 1 : strides[at]! }
    }),
  )
}

/** 1 x 1 to the width inside (if it is another), 3 x 3 channel by channel, 1 x 1 to the width between, which has no ReLU. */
function invertedResidual(engine: Engine, scope: Scope, { in: channels, out, inside, stride }: Layer): ImageBlock {
  const { tf, operations, layers } = engine
  const wide =
    inside === channels
      ? undefined
      : convolutionNorm(engine, scope.within('wide'), { in: channels, out: inside, kernel: 1, stride: 1 })
  const middle = scope.within('middle')
  const taps = middle.weight('taps', [3, 3, inside], uniformByFanIn(9))
  const norm = layers.batchNorm2d(middle, inside)
  const narrow = convolutionNorm(engine, scope.within('narrow'), { in: inside, out, kernel: 1, stride: 1 })
  const filtered = (x: Tensor) =>
    operations.depthwise(operations.pad(x, [1, 1, 1, 1], 'zeros'), taps.read(), {
      ...{ stride, padding: 'valid' },
      filterGradient: true,
    })
  return (x, options) => {
    const inner: Tensor = wide ? tf.relu6(wide(x, options)) : x
    const made = narrow(tf.relu6(norm(filtered(inner), options)), options)
    return stride === 1 && channels === out ? tf.add(x, made) : made
  }
}

interface Convolution {
  in: number
  out: number
  kernel: 1 | 3
  stride: 1 | 2
}

function convolutionNorm({ layers }: Engine, scope: Scope, settings: Convolution): ImageBlock {
  const inputGradient = settings.in > 1
  const convolve = layers.convolution(scope, { ...settings, padding: (settings.kernel - 1) / 2, inputGradient })
  const norm = layers.batchNorm2d(scope, settings.out)
  return (x, options) => norm(convolve(x), options)
}
