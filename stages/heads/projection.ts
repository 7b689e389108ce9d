import { z } from 'zod'
import { batchOf, describeStage, embedding } from '../contract.js'

/** The projection head of contrastive learning: dense, batch norm, ReLU, dense. Thrown away after training. */
export default describeStage({
  name: 'projection',
  runsIn: 'tensor',
  role: 'head',
  summary: 'Maps the embedding to the space in which views are compared: dense, batch norm, ReLU, dense.',
  source: 'Chen et al., ICML 2020; Fonseca et al., ICASSP 2021, 3.3',
  parameters: z.strictObject({
    hidden: z.int().min(1).max(65536).default(512).describe('numbers between the two dense layers'),
    width: z.int().min(1).max(65536).default(128).describe('numbers in the metric embedding'),
  }),
  in: { from: batchOf(embedding) },
  out: ({ from }, { width }) => ({ ...from, of: { kind: 'embedding', size: width } }),
  build:
    ({ hidden, width }, { from }) =>
    ({ tf, layers }, scope) => {
      const size = from.of.size
      const first = layers.dense(scope.within('first'), { in: size, out: hidden })
      const norm = layers.batchNorm(scope.within('norm'), hidden)
      const second = layers.dense(scope.within('second'), { in: hidden, out: width })
      return ({ from }, options) => second(tf.relu(norm(first(from), options)))
    },
})
