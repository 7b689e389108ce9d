import { z } from 'zod'
import { batchOf, describeStage, patch } from '../contract.js'
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
      .min(1)
      .max(8)
      .default([32, 64, 128, 256])
      .describe('channels of each block; each block halves time and frequency'),
    pooling: z
      .enum(['mean', 'max', 'mean-max'])
      .default('mean-max')
      .describe('over time and frequency at the end; mean-max puts both side by side'),
  }),
  in: { from: batchOf(patch) },
  out: ({ from }, { widths, pooling }) => {
    demandHalvings(from.of, widths)
    const size = widths.at(-1)! * (pooling === 'mean-max' ? 2 : 1)
    return { kind: 'batch', of: { kind: 'embedding', size }, size: from.size }
  },
  build:
    ({ widths, pooling }) =>
    (engine, scope) => {
      const blocks = halvingBlocks(engine, scope, widths)
      return ({ from }, options) => {
        return engine.operations.globalPool(blocks(from, options), pooling)
      }
    },
})
