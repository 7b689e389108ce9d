import { z } from 'zod'
import type { Tensor } from '../../engine/engine.js'
import { batchOf, describeStage, patch } from '../contract.js'
import { demandHalvings, halvingBlocks } from './halving-blocks.js'

const sizes = z.array(z.int().min(1).max(4096)).min(1).max(8)

/** The encoder of BYOL-A: what stands at which frequency is kept to the end, and only time is pooled. */
export default describeStage({
  name: 'byol-a',
  runsIn: 'tensor',
  role: 'encoder',
  summary:
    'Convolutions 3 x 3 with batch norm, ReLU and max-pooling, then dense layers on all bands of each frame, pooled over time.',
  source: 'Niizumi et al. (BYOL-A), IJCNN 2021, III.D; nttcslab/byol-a, AudioNTT2020',
  parameters: z.strictObject({
    widths: sizes.default([64, 64, 64]).describe('channels of each block; each block halves time and frequency'),
    dense: sizes
      .default([2048, 2048])
      .describe('numbers of each dense layer, the same for each frame; the first sees all its bands'),
    pooling: z
      .enum(['sum', 'mean-max'])
      .default('sum')
      .describe('over time: mean plus maximum; mean-max puts both side by side'),
  }),
  in: { from: batchOf(patch) },
  out: ({ from }, { widths, dense, pooling }) => {
    demandHalvings(from.of, widths)
    const size = dense.at(-1)! * (pooling === 'mean-max' ? 2 : 1)
    return { kind: 'batch', of: { kind: 'embedding', size }, size: from.size }
  },
  build:
    ({ widths, dense, pooling }, { from }) =>
    (engine, scope) => {
      const { tf, operations, layers } = engine
      const blocks = halvingBlocks(engine, scope, widths)
      const flat = widths.at(-1)! * Math.floor(from.of.bands / 2 ** widths.length)
      const layersOfFrames = dense.map((out, index) =>
        layers.dense(scope.within(`dense${index}`), { in: dense[index - 1] ?? flat, out }),
      )
      return ({ from }, options) => {
        const features = blocks(from, options)
        const [batch, frames] = features.shape as [number, number]
        const rows = tf.reshape(operations.toFloat(features), [batch * frames, flat])
        const sequence = (rows: Tensor) => tf.reshape(rows, [batch, frames, 1, -1])
        const described = layersOfFrames.reduce((x, dense, index) => {
          const value = tf.relu(dense(x))
          options.layer?.(`dense${index}`, sequence(value))
          return value
        }, rows)
        const pooled = operations.globalPool(sequence(described), 'mean-max')
        if (pooling === 'mean-max') return pooled
        const [mean, most] = tf.split(pooled, 2, 1) as [Tensor, Tensor]
        return tf.add(mean, most)
      }
    },
})
