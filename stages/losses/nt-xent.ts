import { z } from 'zod'
import type { Amount, Engine, Tensor } from '../../engine/engine.js'
import { besideTape, differentiable } from '../../engine/operations/differentiable.js'
import { FLOAT32 } from '../../engine/operations/raw.js'
import { batchOf, describeStage, embedding, optional, views } from '../contract.js'
import { tensorsInOrder, viewCount } from '../each-view.js'
import { demandOthers } from './other-clips.js'

/** NT-Xent (Chen et al., ICML 2020, equation 1): of all other views in the batch, find those of the same clip. */
export default describeStage({
  name: 'nt-xent',
  runsIn: 'tensor',
  role: 'loss',
  summary: 'Contrastive loss: each view has to find those of the same clip among all other views of the batch.',
  source:
    'Chen et al., ICML 2020; Fonseca et al., ICASSP 2021, 3.4; more views: Khosla et al., NeurIPS 2020, equation 2; decoupled: Yeh et al., ECCV 2022; targets: after Primus et al., DCASE 2024',
  parameters: z.strictObject({
    temperature: z.number().min(0.001).max(100).default(0.2).describe('divides the cosine similarities'),
    decoupled: z
      .boolean()
      .optional()
      .describe('the views of a clip do not stand in the sum among which they are found, for small batches'),
    softness: z
      .number()
      .min(0.001)
      .max(100)
      .optional()
      .describe('of targets: divides their cosine similarities, 0.1 if not said; towards 0 only the own clip counts'),
  }),
  changes: ['temperature', 'softness'],
  in: { from: batchOf(views(embedding)), targets: optional(batchOf(embedding)) },
  out: ({ from: { of, size } }, { decoupled }) => {
    demandOthers({ size })
    return { kind: 'loss', chance: Math.log(decoupled ? viewCount(of) * (size - 1) : viewCount(of) * size - 1) }
  },
  build:
    ({ temperature, decoupled, softness = 0.1 }) =>
    engine =>
    ({ from, targets }, { now }) => {
      const soft = targets && softPartners(engine, targets, now?.softness ?? softness)
      return ntXent(engine, tensorsInOrder(engine, from), now?.temperature ?? temperature, decoupled, soft)
    },
})

/**
 * Mean over the V N views of -log(exp(s(view, partner) / t) / sum over all other views of exp(s / t)), s the cosine
 * similarity; where a clip has more than two views, the mean over its V - 1 partners (Khosla et al., NeurIPS 2020,
 * equation 2). log(V N - 1) if the embeddings say nothing. Decoupled, the sum is over the views of other clips alone, and
 * log(V (N - 1)) says nothing.
 *
 * @param views V embeddings [N, size] of any length, row by row of the same clips
 * @param soft how much each clip's views count as partners of each other one's: [N, N], rows that add up to 1. Its own
 *   views alone if absent
 * @returns scalar
 */
export function ntXent(
  { tf, operations: { raw } }: Engine,
  views: readonly Tensor[],
  temperature: Amount,
  decoupled = false,
  soft?: Tensor,
): Tensor {
  const [count, clips] = [views.length, views[0]!.shape[0]!]
  const cross = raw.attributes({ types: { T: FLOAT32 } })
  return differentiable(tf, views, (...views) => {
    const z = tf.concat(views)
    const length = tf.maximum(tf.norm(z, 2, 1, true), 1e-12)
    const unit = tf.div(z, length)
    const self = tf.eye(count * clips)
    const total = typeof temperature === 'number' ? temperature * count * clips : tf.mul(temperature, count * clips)
    const sameClip = tf.tile(tf.eye(clips), [count, count])
    const partners = partnersOf(soft)
    const similarity = tf.div(tf.matMul(unit, unit, false, true), temperature)
    const others = tf.sub(similarity, tf.mul(decoupled ? sameClip : self, 1e9))
    const [losses, dOthers] = decoupled
      ? [tf.sub(tf.logSumExp(others, 1), tf.sum(tf.mul(partners, similarity), 1)), tf.sub(tf.softmax(others), partners)]
      : raw.run('SoftmaxCrossEntropyWithLogits', cross, [others, partners], 2)
    // Every similarity stands in the matrix twice
    const dSimilarity = tf.div(tf.add(dOthers!, tf.transpose(dOthers!)), total)
    const dUnit = tf.matMul(dSimilarity, unit)
    const dz = tf.div(tf.sub(dUnit, tf.mul(unit, tf.sum(tf.mul(dUnit, unit), 1, true))), length)
    return { value: tf.mean(losses!), saved: [dz], backward: (dy, [dz]) => tf.split(tf.mul(dz!, dy), count) }

    /** Of a clip's own share its other views have equal parts, of another clip's all of its views. */
    function partnersOf(soft: Tensor | undefined): Tensor {
      const own = tf.sub(sameClip, self)
      if (!soft) return tf.div(own, count - 1)
      const shares = tf.tile(soft, [count, count])
      const others = tf.tile(tf.sub(1, tf.eye(clips)), [count, count])
      return tf.add(tf.div(tf.mul(own, shares), count - 1), tf.div(tf.mul(others, shares), count))
    }
  })
}

/**
 * Softmax over the clips of the cosine similarities of their targets: clips that are alike are partners of one another.
 *
 * @param targets [N, size] of any length
 * @returns [N, N]
 */
export function softPartners({ tf }: Engine, targets: Tensor, softness: Amount): Tensor {
  return besideTape(tf, () => {
    const unit = tf.div(targets, tf.maximum(tf.norm(targets, 2, 1, true), 1e-12))
    return tf.softmax(tf.div(tf.matMul(unit, unit, false, true), softness))
  })
}
