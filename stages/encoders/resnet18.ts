import { z } from 'zod'
import type { Engine, Scope } from '../../engine/engine.js'
import { anyPatch, batchOf, describeStage } from '../contract.js'
import { demandPatch, type ImageBlock, imageOf, inTurn } from './image-blocks.js'

/** ResNet-18 (He et al., CVPR 2016) with as many input channels as a patch has, one as a rule, as uclser20 uses it: 11.17 million weights. */
export default describeStage({
  name: 'resnet18',
  runsIn: 'tensor',
  role: 'encoder',
  summary:
    'ResNet-18, with one input channel as a rule: a 7 x 7 convolution and four pairs of residual blocks, then pooled.',
  source: 'He et al., CVPR 2016; Fonseca et al., ICASSP 2021, 3.3',
  parameters: z.strictObject({
    pooling: z
      .enum(['mean', 'max', 'mean-max'])
      .default('mean')
      .describe('over time and frequency at the end; mean-max puts both side by side'),
  }),
  in: { from: batchOf(anyPatch) },
  out: ({ from }, { pooling }) => {
    demandPatch(from.of, [8, 8], 'from', 'ResNet-18 needs patches of')
    return { kind: 'batch', of: { kind: 'embedding', size: pooling === 'mean-max' ? 1024 : 512 }, size: from.size }
  },
  build:
    ({ pooling }, { from: { of: port } }) =>
    (engine, scope) => {
      const { operations, layers } = engine
      const stem = scope.within('stem')
      const first = layers.convolution(stem, {
        ...{ in: port.channels ?? 1, out: 64, kernel: 7, stride: 2, padding: 3 },
        inputGradient: false,
      })
      const norm = layers.batchNorm2d(stem, 64)
      const blocks = WIDTHS.flatMap((out, index) => [
        residualBlock(engine, scope.within(`block${2 * index}`), WIDTHS[index - 1] ?? 64, out, index === 0 ? 1 : 2),
        residualBlock(engine, scope.within(`block${2 * index + 1}`), out, out, 1),
      ])
      return ({ from }, options) => {
        const image = operations.raw.toActivation(imageOf(engine, from))
        // The maximum of rectified numbers is the rectified maximum
        const pooled = operations.relu(
          operations.maxPool(norm(first(image), options), { size: 3, stride: 2, padding: 1 }),
        )
        options.layer?.('stem', pooled)
        return operations.globalPool(inTurn(blocks, 'block', pooled, options), pooling)
      }
    },
})

const WIDTHS = [64, 128, 256, 512]

/** relu(norm(conv(relu(norm(conv(x))))) + shortcut(x)); the shortcut is a 1 x 1 convolution where the shape changes. */
function residualBlock(
  { operations, layers }: Engine,
  scope: Scope,
  channels: number,
  out: number,
  stride: number,
): ImageBlock {
  const first = layers.convolution(scope.within('first'), { in: channels, out, kernel: 3, stride, padding: 1 })
  const firstNorm = layers.batchNorm2d(scope.within('first'), out)
  const second = layers.convolution(scope.within('second'), { in: out, out, kernel: 3, stride: 1, padding: 1 })
  const secondNorm = layers.batchNorm2d(scope.within('second'), out)
  const changes = stride !== 1 || channels !== out
  const shortcut = changes
    ? layers.convolution(scope.within('shortcut'), { in: channels, out, kernel: 1, stride, padding: 0 })
    : undefined
  const shortcutNorm = changes ? layers.batchNorm2d(scope.within('shortcut'), out) : undefined
  return (x, options) => {
    const inner = operations.relu(firstNorm(first(x), options))
    const around = shortcut && shortcutNorm ? shortcutNorm(shortcut(x), options) : x
    return operations.relu(operations.add(secondNorm(second(inner), options), around))
  }
}
