import { z } from 'zod'
import { batchOf, describeStage, tokens } from '../contract.js'

/** One embedding of many tokens. */
export default describeStage({
  name: 'pool-tokens',
  runsIn: 'tensor',
  role: 'head',
  summary: 'The mean of the tokens, as one embedding: for heads and losses that take embeddings.',
  source: 'Huang et al., NeurIPS 2022 (Audio-MAE), 3.3',
  parameters: z.strictObject({}),
  in: { from: batchOf(tokens) },
  out: ({ from }) => ({ ...from, of: { kind: 'embedding', size: from.of.size } }),
  build:
    () =>
    ({ tf }) =>
    // where a trained encoder is read out, its embedding is this mean already
    ({ from }) =>
      from.rank === 3 ? tf.mean(from, 1) : from,
})
