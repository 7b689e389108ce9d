import { z } from 'zod'
import type { Amount, Engine, Tensor } from '../../engine/engine.js'
import { differentiable } from '../../engine/operations/differentiable.js'
import { batchOf, describeStage, embedding, pair } from '../contract.js'
import { demandOthers } from './other-clips.js'

/** Triplet loss with semi-hard negatives of the batch (Schroff et al., CVPR 2015; for sounds Jansen et al., ICASSP 2018). */
export default describeStage({
  name: 'triplet',
  runsIn: 'tensor',
  role: 'loss',
  summary:
    'Each view nearer to its partner, by a margin, than to the next nearest. Its chance: the loss of embeddings all alike.',
  source: 'Schroff et al., CVPR 2015, 3.2 (semi-hard negatives); Jansen et al., ICASSP 2018',
  parameters: z.strictObject({
    margin: z
      .number()
      .min(0)
      .max(4)
      .default(0.1)
      .describe('between squared distances on the unit sphere, which are 0 to 4'),
  }),
  changes: ['margin'],
  in: { from: batchOf(pair(embedding)) },
  // The level of embeddings all alike: every distance is 0
  out: ({ from }, { margin }) => {
    demandOthers(from)
    return { kind: 'loss', chance: margin }
  },
  build:
    ({ margin }) =>
    engine =>
    ({ from: { a, b } }, { now }) =>
      triplet(engine, a, b, now?.margin ?? margin),
})

/**
 * Mean over the 2N views of max(0, d(view, partner) - d(view, negative) + margin); d is the squared distance of the
 * embeddings at length 1. Of the views of other clips the negative is the nearest that is further away than the partner,
 * or the furthest if none is. Embeddings all alike cost `margin`.
 *
 * @param a [N, size], any length
 * @param b [N, size], row by row of the same clips; one clip alone has no negatives and costs 0
 * @returns scalar
 */
export function triplet({ tf }: Engine, a: Tensor, b: Tensor, margin: Amount): Tensor {
  const clips = a.shape[0]!
  if (clips === 1) return tf.mul(0, tf.sum(tf.add(a, b)))
  const z = tf.concat([a, b])
  const unit = tf.div(z, tf.sqrt(tf.maximum(tf.sum(tf.square(z), 1, true), 1e-24)))
  const distance = tf.mul(2, tf.sub(1, tf.matMul(unit, unit, false, true)))
  const self = tf.eye(2 * clips)
  const partner = tf.concat([self.slice(clips), self.slice(0, clips)])
  const sameClip = tf.add(self, partner)
  const toPartner = tf.sum(tf.mul(distance, partner), 1, true)
  const toNegative = differentiable(tf, [distance, toPartner], (distance, toPartner) => {
    const further = tf.logicalAnd(tf.greater(distance, toPartner), tf.equal(sameClip, 0))
    const nearestBeyond = tf.argMin(tf.where(further, distance, tf.fill(distance.shape, FAR)), 1)
    const furthest = tf.argMax(tf.sub(distance, tf.mul(sameClip, FAR)), 1)
    const chosen = tf.where(tf.any(further, 1), nearestBeyond, furthest)
    const negative = tf.oneHot(chosen, 2 * clips, 1, 0, 'float32')
    return {
      value: tf.sum(tf.mul(distance, negative), 1, true),
      saved: [negative],
      // The choice itself has no gradient
      backward: (dy, [negative]) => [tf.mul(negative!, dy), tf.zerosLike(dy)],
    }
  })
  return tf.mean(tf.relu(tf.add(tf.sub(toPartner, toNegative), margin)))
}

/** Beyond any squared distance on the unit sphere. */
const FAR = 10
