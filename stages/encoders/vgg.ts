import { z } from 'zod'
import { anyPatch, batchOf, describeStage, ParameterProblem } from '../contract.js'
import { demandHalvings, halvingBlocks } from './halving-blocks.js'

/** A plain VGG: for each width a 3 x 3 convolution, batch norm, ReLU and 2 x 2 max-pooling, then pooling over all. */
export default describeStage({
  name: 'vgg',
  runsIn: 'tensor',
  role: 'encoder',
  summary:
    'Convolutions 3 x 3 with batch norm, ReLU and max-pooling, one for each width, then pooled over time and frequency.',
  source: 'Simonyan and Zisserman, ICLR 2015, made small',
  parameters: z.strictObject({
    widths: z
      .array(z.int().min(1).max(4096))
      .max(8)
      .default([32, 64, 128, 256])
      .describe(
        'channels of each block; each block halves time and frequency. [] with pooling: frames is the spectrogram itself, as a baseline',
      ),
    pooling: z
      .enum(['mean', 'max', 'mean-max', 'frames'])
      .default('mean-max')
      .describe(
        'over time and frequency at the end; mean-max puts both side by side. frames keeps time: a token a moment, its bands side by side',
      ),
  }),
  in: { from: batchOf(anyPatch) },
  out: ({ from }, { widths, pooling }) => {
    demandHalvings(from.of, widths)
    const channels = widths.at(-1) ?? from.of.channels ?? 1
    const [times, bands] = [from.of.frames, from.of.bands].map(size => size >> widths.length) as [number, number]
    if (pooling === 'frames')
      return {
        ...{ kind: 'batch', size: from.size },
        of: { kind: 'tokens', count: times, size: bands * channels, times, bins: 1 },
      }
    if (widths.length === 0) throw new ParameterProblem('widths', 'without blocks there is nothing to pool')
    const size = channels * (pooling === 'mean-max' ? 2 : 1)
    return { kind: 'batch', of: { kind: 'embedding', size }, size: from.size }
  },
  build:
    ({ widths, pooling }, { from: { of: port } }) =>
    (engine, scope) => {
      const blocks = halvingBlocks(engine, scope, widths, port.channels)
      return ({ from }, options) => {
        const map = blocks(from, options)
        if (pooling !== 'frames') return engine.operations.globalPool(map, pooling)
        const [patches, times, bands, channels] = map.shape as [number, number, number, number]
        return engine.tf.reshape(engine.operations.toFloat(map), [patches, times, bands * channels])
      }
    },
})
