import { z } from 'zod'
import type { Amount, Engine, Tensor } from '../../engine/engine.js'
import { besideTape } from '../../engine/operations/differentiable.js'
import { anyItem, batchOf, describeStage, label, optional, ParameterProblem } from '../contract.js'
import { tensorsInOrder } from '../each-view.js'
import { isKnown } from '../losses/label-targets.js'
import { describePort } from '../ports.js'
import type { Pair } from '../values.js'

/** What a classifier is sure of, as labels for clips that have none. */
export default describeStage({
  name: 'pseudo-label',
  runsIn: 'tensor',
  role: 'head',
  summary:
    'Labels that a classifier itself gives where it is sure, of several views by their mean; elsewhere nothing is known. They learn nothing.',
  source:
    'Sohn et al., NeurIPS 2020 (FixMatch), equation 4; soft: Berthelot et al., NeurIPS 2019 (MixMatch), equations 6 and 7; Xie et al., NeurIPS 2020 (UDA), 2.3',
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
      .describe('of soft labels: divides the logarithms of the probabilities; below 1 it sharpens'),
  }),
  changes: ['threshold', 'temperature'],
  in: { from: batchOf(anyItem), known: optional(batchOf(label)) },
  out: ({ from, known }) => {
    const views = from.of.kind === 'pair' || from.of.kind === 'channels' ? from.of.of : from.of
    if (views.kind !== 'embedding')
      throw new ParameterProblem('from', `logits are expected, or a pair of them; ${describePort(from.of)} arrives`)
    if (known && known.of.classes !== views.size)
      throw new ParameterProblem(
        'known',
        `${known.of.classes} classes arrive there, and ${views.size} logits at 'from'`,
      )
    return { ...from, of: { kind: 'label', classes: views.size, unknown: true } }
  },
  build:
    ({ threshold, labels, temperature }, ports) =>
    engine =>
    ({ from, known }, { now }) => {
      const alone = ports.from.of.kind === 'embedding'
      const views = alone ? [from as Tensor] : tensorsInOrder(engine, from as Tensor | Pair<Tensor>)
      const guesses = pseudoLabels(engine, views, {
        threshold: now?.threshold ?? threshold,
        ...(labels === 'soft' && { temperature: now?.temperature ?? temperature }),
      })
      return known ? knownElse(engine, known, guesses) : guesses
    },
})

/**
 * The mean over the views of the softmax of the logits: sharpened, p^(1 / temperature) over its sum, or without a temperature
 * 1 at the largest; -1 throughout rows of which no class has a mean probability of at least `threshold`. No gradient flows
 * through it.
 *
 * @param views of logits, each [N, K]
 * @returns [N, K]
 */
export function pseudoLabels(
  { tf }: Engine,
  views: readonly Tensor[],
  { threshold, temperature }: { threshold: Amount; temperature?: Amount },
): Tensor {
  return besideTape(tf, () => {
    const mean = tf.div(tf.addN(views.map(logits => tf.softmax(logits))), views.length)
    const sure = tf.cast(tf.greaterEqual(tf.max(mean, 1, true), threshold), 'float32')
    const hard = () => tf.oneHot(tf.argMax(mean, 1), mean.shape[1]!, 1, 0, 'float32')
    const sharpened = (by: Amount) => tf.softmax(tf.div(tf.log(tf.maximum(mean, 1e-30)), by))
    const labels = temperature === undefined ? hard() : sharpened(temperature)
    return tf.sub(tf.mul(labels, sure), tf.sub(1, sure))
  })
}

/** Rows of `known` of which a class is known, those of `guesses` elsewhere. */
function knownElse(engine: Engine, known: Tensor, guesses: Tensor): Tensor {
  const { tf } = engine
  const has = isKnown(engine, known, true)
  return tf.add(tf.mul(known, has), tf.mul(guesses, tf.sub(1, has)))
}
