import { z } from 'zod'
import type { Amount, Engine, Tensor } from '../../engine/engine.js'
import { normal } from '../../engine/layers/initial.js'
import { differentiable } from '../../engine/operations/differentiable.js'
import { FLOAT32 } from '../../engine/operations/raw.js'
import { batchOf, describeStage, embedding, pair } from '../contract.js'
import { demandOthers } from './other-clips.js'

/** COLA's objective (Saeed et al., ICASSP 2021): among the second views of the batch, find the one of the same clip. */
export default describeStage({
  name: 'bilinear-similarity',
  runsIn: 'tensor',
  role: 'loss',
  summary: 'Contrastive loss with a learnt similarity: each first view has to find its partner among the second views.',
  source: 'Saeed, Grangier and Zeghidour, ICASSP 2021 (COLA); google-research/cola',
  parameters: z.strictObject({
    temperature: z.number().min(0.001).max(100).default(1).describe('divides the similarities; COLA has none, so 1'),
  }),
  changes: ['temperature'],
  in: { from: batchOf(pair(embedding)) },
  out: ({ from }) => {
    demandOthers(from)
    return { kind: 'loss', chance: Math.log(from.size) }
  },
  build: ({ temperature }, { from }) => {
    const size = from.of.of.size
    return (engine, scope) => {
      const weight = scope.weight('weight', [size, size], smallNormal)
      return ({ from: { a, b } }, { now }) =>
        bilinearSimilarity(engine, a, b, weight.read(), now?.temperature ?? temperature)
    }
  },
})

/** As Keras's `random_normal`, which the authors start from. */
const smallNormal = normal(0.05)

/**
 * Mean over the N rows of the cross-entropy of softmax_j(a_i W b_j / t) with its partner j = i. log N if the embeddings
 * say nothing.
 *
 * @param a [N, size], as they are (not normalised)
 * @param b [N, size], row by row of the same clips
 * @param weight [size, size]
 * @returns scalar
 */
export function bilinearSimilarity(engine: Engine, a: Tensor, b: Tensor, weight: Tensor, temperature: Amount): Tensor {
  const { tf } = engine
  const similarity = tf.matMul(tf.matMul(a, weight), b, false, true)
  return partnerEntropy(engine, tf.div(similarity, temperature))
}

/** Mean cross-entropy of each row's softmax with the diagonal, as one operation of [N, N] logits. */
function partnerEntropy({ tf, operations: { raw } }: Engine, logits: Tensor): Tensor {
  const clips = logits.shape[0]!
  const cross = raw.attributes({ types: { T: FLOAT32 } })
  return differentiable(tf, [logits], logits => {
    const [losses, towards] = raw.run('SoftmaxCrossEntropyWithLogits', cross, [logits, tf.eye(clips)], 2)
    return {
      value: tf.mean(losses!),
      saved: [towards!],
      backward: (dy, [towards]) => [tf.mul(towards!, tf.div(dy, clips))],
    }
  })
}
