import { z } from 'zod'
import type { Amount, Engine, Tensor } from '../../engine/engine.js'
import { besideTape } from '../../engine/operations/differentiable.js'
import { batchOf, describeStage, embedding } from '../contract.js'

/** What a classifier is sure of, as labels for clips that have none. */
export default describeStage({
  name: 'pseudo-label',
  runsIn: 'tensor',
  role: 'head',
  summary: 'Labels that a classifier itself gives where it is sure; elsewhere nothing is known. They learn nothing.',
  source: 'Sohn et al., NeurIPS 2020 (FixMatch), equation 4; soft: Xie et al., NeurIPS 2020 (UDA), 2.3',
  parameters: z.strictObject({
    threshold: z
      .number()
      .min(0)
      .max(1)
      .default(0.95)
      .describe('probability of the likeliest class from which it counts'),
    labels: z
      .enum(['hard', 'soft'])
      .default('hard')
      .describe('hard: 1 at the likeliest class. soft: the probabilities, sharpened by the temperature'),
    temperature: z
      .number()
      .min(0.01)
      .max(100)
      .default(1)
      .describe('of soft labels: divides the logits; below 1 it sharpens'),
  }),
  changes: ['threshold', 'temperature'],
  in: { from: batchOf(embedding) },
  out: ({ from }) => ({ ...from, of: { kind: 'label', classes: from.of.size, unknown: true } }),
  build:
    ({ threshold, labels, temperature }) =>
    engine =>
    ({ from }, { now }) =>
      pseudoLabels(engine, from, {
        threshold: now?.threshold ?? threshold,
        ...(labels === 'soft' && { temperature: now?.temperature ?? temperature }),
      }),
})

/**
 * Softmax of the logits divided by `temperature`, or without it 1 at the largest; -1 throughout rows of which no class has
 * a probability of at least `threshold`. No gradient flows through it.
 *
 * @param logits [N, K]
 * @returns [N, K]
 */
export function pseudoLabels(
  { tf }: Engine,
  logits: Tensor,
  { threshold, temperature }: { threshold: Amount; temperature?: Amount },
): Tensor {
  return besideTape(tf, () => {
    const sure = tf.cast(tf.greaterEqual(tf.max(tf.softmax(logits), 1, true), threshold), 'float32')
    const hard = () => tf.oneHot(tf.argMax(logits, 1), logits.shape[1]!, 1, 0, 'float32')
    const labels = temperature === undefined ? hard() : tf.softmax(tf.div(logits, temperature))
    return tf.sub(tf.mul(labels, sure), tf.sub(1, sure))
  })
}
