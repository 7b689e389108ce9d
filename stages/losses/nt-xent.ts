import { z } from 'zod'
import type { Engine, Tensor } from '../../engine/engine.js'
import { differentiable } from '../../engine/operations/differentiable.js'
import { FLOAT32 } from '../../engine/operations/raw.js'
import { batchOf, describeStage, embedding, pair } from '../contract.js'

/** NT-Xent (Chen et al., ICML 2020, equation 1): of all other views in the batch, find the one of the same clip. */
export default describeStage({
  name: 'nt-xent',
  runsIn: 'tensor',
  role: 'loss',
  summary: 'Contrastive loss: each view has to find its partner among all other views of the batch.',
  source: 'Chen et al., ICML 2020; Fonseca et al., ICASSP 2021, 3.4',
  parameters: z.strictObject({
    temperature: z.number().min(0.001).max(100).default(0.2).describe('divides the cosine similarities'),
  }),
  in: { from: batchOf(pair(embedding)) },
  out: ({ from }) => ({ kind: 'loss', chance: Math.log(2 * from.size - 1) }),
  build:
    ({ temperature }) =>
    engine =>
    ({ from: { a, b } }) =>
      ntXent(engine, a, b, temperature),
})

/**
 * Mean over the 2N views of -log(exp(s(view, partner) / t) / sum over all other views of exp(s / t)), s the cosine
 * similarity. log(2N - 1) if the embeddings say nothing.
 *
 * @param a [N, size] embeddings of the first views, any length
 * @param b [N, size] of the second views, row by row of the same clips
 * @returns scalar
 */
export function ntXent({ tf, operations: { raw } }: Engine, a: Tensor, b: Tensor, temperature: number): Tensor {
  const views = a.shape[0]! * 2
  const cross = raw.attributes({ types: { T: FLOAT32 } })
  const gradient = () => {
    const z = tf.concat([a, b])
    const length = tf.maximum(tf.norm(z, 2, 1, true), 1e-12)
    const unit = tf.div(z, length)
    const self = tf.eye(views)
    const partner = tf.concat([self.slice(views / 2), self.slice(0, views / 2)])
    const similarity = tf.div(tf.matMul(unit, unit, false, true), temperature)
    const others = tf.sub(similarity, tf.mul(self, 1e9))
    const [losses, dOthers] = raw.run('SoftmaxCrossEntropyWithLogits', cross, [others, partner], 2)
    // Every similarity stands in the matrix twice
    const dSimilarity = tf.div(tf.add(dOthers!, tf.transpose(dOthers!)), temperature * views)
    const dUnit = tf.matMul(dSimilarity, unit)
    const dz = tf.div(tf.sub(dUnit, tf.mul(unit, tf.sum(tf.mul(dUnit, unit), 1, true))), length)
    return { loss: tf.mean(losses!), dz }
  }
  return differentiable(tf, [a, b], () => {
    const { loss, dz } = gradient()
    return { value: loss, saved: [dz], backward: (dy, [dz]) => tf.split(tf.mul(dz!, dy), 2) }
  })
}
