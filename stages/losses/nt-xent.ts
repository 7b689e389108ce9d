import { z } from 'zod'
import type { Engine, Tensor } from '../../engine/engine.js'
import { differentiable } from '../../engine/operations/differentiable.js'
import { FLOAT32 } from '../../engine/operations/raw.js'
import { batchOf, describeStage, embedding, views } from '../contract.js'
import { tensorsInOrder, viewCount } from '../each-view.js'
import { demandOthers } from './other-clips.js'

/** NT-Xent (Chen et al., ICML 2020, equation 1): of all other views in the batch, find those of the same clip. */
export default describeStage({
  name: 'nt-xent',
  runsIn: 'tensor',
  role: 'loss',
  summary: 'Contrastive loss: each view has to find those of the same clip among all other views of the batch.',
  source:
    'Chen et al., ICML 2020; Fonseca et al., ICASSP 2021, 3.4; more views: Khosla et al., NeurIPS 2020, equation 2; decoupled: Yeh et al., ECCV 2022',
  parameters: z.strictObject({
    temperature: z.number().min(0.001).max(100).default(0.2).describe('divides the cosine similarities'),
    decoupled: z
      .boolean()
      .optional()
      .describe('the views of a clip do not stand in the sum among which they are found, for small batches'),
  }),
  in: { from: batchOf(views(embedding)) },
  out: ({ from: { of, size } }, { decoupled }) => {
    demandOthers({ size })
    return { kind: 'loss', chance: Math.log(decoupled ? viewCount(of) * (size - 1) : viewCount(of) * size - 1) }
  },
  build:
    ({ temperature, decoupled }) =>
    engine =>
    ({ from }) =>
      ntXent(engine, tensorsInOrder(engine, from), temperature, decoupled),
})

/**
 * Mean over the V N views of -log(exp(s(view, partner) / t) / sum over all other views of exp(s / t)), s the cosine
 * similarity; where a clip has more than two views, the mean over its V - 1 partners (Khosla et al., NeurIPS 2020,
 * equation 2). log(V N - 1) if the embeddings say nothing. Decoupled, the sum is over the views of other clips alone, and
 * log(V (N - 1)) says nothing.
 *
 * @param views V embeddings [N, size] of any length, row by row of the same clips
 * @returns scalar
 */
export function ntXent(
  { tf, operations: { raw } }: Engine,
  views: readonly Tensor[],
  temperature: number,
  decoupled = false,
): Tensor {
  const [count, clips] = [views.length, views[0]!.shape[0]!]
  const cross = raw.attributes({ types: { T: FLOAT32 } })
  return differentiable(tf, views, (...views) => {
    const z = tf.concat(views)
    const length = tf.maximum(tf.norm(z, 2, 1, true), 1e-12)
    const unit = tf.div(z, length)
    const self = tf.eye(count * clips)
    const sameClip = tf.tile(tf.eye(clips), [count, count])
    const partners = tf.div(tf.sub(sameClip, self), count - 1)
    const similarity = tf.div(tf.matMul(unit, unit, false, true), temperature)
    const others = tf.sub(similarity, tf.mul(decoupled ? sameClip : self, 1e9))
    const [losses, dOthers] = decoupled
      ? [tf.sub(tf.logSumExp(others, 1), tf.sum(tf.mul(partners, similarity), 1)), tf.sub(tf.softmax(others), partners)]
      : raw.run('SoftmaxCrossEntropyWithLogits', cross, [others, partners], 2)
    // Every similarity stands in the matrix twice
    const dSimilarity = tf.div(tf.add(dOthers!, tf.transpose(dOthers!)), temperature * count * clips)
    const dUnit = tf.matMul(dSimilarity, unit)
    const dz = tf.div(tf.sub(dUnit, tf.mul(unit, tf.sum(tf.mul(dUnit, unit), 1, true))), length)
    return { value: tf.mean(losses!), saved: [dz], backward: (dy, [dz]) => tf.split(tf.mul(dz!, dy), count) }
  })
}
