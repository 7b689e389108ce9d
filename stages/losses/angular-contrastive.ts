import { z } from 'zod'
import type { Amount, Engine, Tensor } from '../../engine/engine.js'
import { batchOf, describeStage, embedding, pair } from '../contract.js'
import { ntXent } from './nt-xent.js'
import { demandOthers } from './other-clips.js'

/** Angular contrastive loss (Wang, Tripathy and Mesaros, ICASSP 2023): NT-Xent and an angular margin, in shares. */
export default describeStage({
  name: 'angular-contrastive',
  runsIn: 'tensor',
  role: 'loss',
  summary:
    'NT-Xent beside angles: partners drawn to one direction, others kept a margin apart. Its chance: embeddings all alike.',
  source:
    'Wang, Tripathy and Mesaros, ICASSP 2023 (arXiv 2211.05442); the angular term as in github.com/shanwangshan/supervised_ACL',
  parameters: z.strictObject({
    alpha: z.number().min(0).max(1).default(0.6).describe('share of NT-Xent; the rest is the angular term'),
    margin: z.number().min(0).max(Math.PI).default(0.5).describe('angle that views of different clips keep, radians'),
    temperature: z.number().min(0.001).max(100).default(0.2).describe('of NT-Xent: divides the cosine similarities'),
    divisor: z
      .number()
      .min(1e-3)
      .max(1e9)
      .default(50)
      .describe(
        "divides the angular term's sum; a constant in the authors' code, so that the term grows with the batch",
      ),
  }),
  changes: ['alpha', 'margin', 'temperature'],
  in: { from: batchOf(pair(embedding)) },
  // The level of embeddings all alike, as for other losses with a margin: every angle is 0
  out: ({ from }, { alpha, margin, divisor }) => {
    demandOthers(from)
    const views = 2 * from.size
    const angular = (views * (views - 2) * margin ** 2) / divisor
    return { kind: 'loss', chance: alpha * Math.log(views - 1) + (1 - alpha) * angular }
  },
  build:
    ({ alpha, margin, temperature, divisor }) =>
    engine =>
    ({ from: { a, b } }, { now }) => {
      const { tf } = engine
      const share = now?.alpha ?? alpha
      const rest = typeof share === 'number' ? (1 - share) / divisor : tf.div(tf.sub(1, share), divisor)
      const angular = tf.mul(angularMargin(engine, a, b, now?.margin ?? margin), rest)
      return tf.add(tf.mul(ntXent(engine, [a, b], now?.temperature ?? temperature), share), angular)
    },
})

/**
 * Sum over all ordered pairs of different views of angle^2 if they are partners, max(0, margin - angle)^2 if not
 * (AMC-Loss: Choi, Som and Turaga, CVPR workshops 2020). Each clip is a class of its own, and each pair counts twice, as
 * in the authors' `amc_loss`. 2N (2N - 2) margin^2 if embeddings are all alike.
 *
 * @param a [N, size] embeddings of the first views, any length
 * @param b [N, size], row by row of the same clips
 * @param margin radians
 * @returns scalar
 */
export function angularMargin({ tf }: Engine, a: Tensor, b: Tensor, margin: Amount): Tensor {
  const clips = a.shape[0]!
  const z = tf.concat([a, b])
  const unit = tf.div(z, tf.sqrt(tf.maximum(tf.sum(tf.square(z), 1, true), 1e-24)))
  const cosine = tf.matMul(unit, unit, false, true)
  const angle = tf.acos(tf.clipByValue(cosine, -1 + 1e-7, 1 - 1e-7))
  const self = tf.eye(2 * clips)
  const partner = tf.concat([self.slice(clips), self.slice(0, clips)])
  const others = tf.sub(tf.sub(1, self), partner)
  const near = tf.mul(partner, tf.square(angle))
  const tooNear = tf.mul(others, tf.square(tf.relu(tf.sub(margin, angle))))
  return tf.sum(tf.add(near, tooNear))
}
