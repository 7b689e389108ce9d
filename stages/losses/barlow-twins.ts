import { z } from 'zod'
import type { Amount, Engine, Tensor } from '../../engine/engine.js'
import { batchOf, describeStage, embedding, pair } from '../contract.js'
import { demandOthers } from './other-clips.js'

/** Barlow Twins (Zbontar et al., ICML 2021, equation 1): the two views' dimensions correlate each with itself alone. */
export default describeStage({
  name: 'barlow-twins',
  runsIn: 'tensor',
  role: 'loss',
  summary:
    'Cross-correlation of the two views like the identity; no negatives. Its chance: the loss of embeddings all alike.',
  source: 'Zbontar et al., ICML 2021, equation 1',
  parameters: z.strictObject({
    redundancy: z.number().min(0).max(1e4).default(0.0051).describe('weight of the correlations between dimensions'),
  }),
  changes: ['redundancy'],
  in: { from: batchOf(pair(embedding)) },
  // Without negatives there is no guess; the level is that of embeddings all alike, which correlate with nothing
  out: ({ from }) => {
    demandOthers(from)
    return {
      kind: 'loss',
      chance: from.of.of.size,
    }
  },
  build:
    ({ redundancy }) =>
    engine =>
    ({ from: { a, b } }, { now }) =>
      barlowTwins(engine, a, b, now?.redundancy ?? redundancy),
})

/**
 * sum_i (1 - C_ii)^2 + redundancy * sum_{i != j} C_ij^2, where C [size, size] is the correlation over the batch of the
 * first views' dimension i with the second views' dimension j. Embeddings all alike cost `size`.
 *
 * @param a [N, size]
 * @param b [N, size], row by row of the same clips
 * @returns scalar
 */
export function barlowTwins(engine: Engine, a: Tensor, b: Tensor, redundancy: Amount): Tensor {
  const { tf } = engine
  const [clips, size] = a.shape as [number, number]
  const [one, other] = [standardised(engine, a), standardised(engine, b)]
  const correlation = tf.div(tf.matMul(one, other, true), clips)
  const diagonal = tf.eye(size)
  const weights = tf.add(diagonal, tf.mul(redundancy, tf.sub(1, diagonal)))
  return tf.sum(tf.mul(weights, tf.square(tf.sub(correlation, diagonal))))
}

/** Each dimension to mean 0 and deviation 1 over the batch, as PyTorch's batch norm without scale and offset. */
function standardised({ tf }: Engine, side: Tensor): Tensor {
  const centred = tf.sub(side, tf.mean(side, 0, true))
  const variance = tf.mean(tf.square(centred), 0, true)
  return tf.div(centred, tf.sqrt(tf.add(variance, 1e-5)))
}
