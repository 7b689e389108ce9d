import { z } from 'zod'
import type { Amount, Engine, Tensor } from '../../engine/engine.js'
import { differentiable } from '../../engine/operations/differentiable.js'
import { FLOAT32 } from '../../engine/operations/raw.js'
import { describeStage, ParameterProblem } from '../contract.js'
import { DISCARD_CHANGES, discardSettings, meanOfKept } from './discard.js'
import { classCount, distribution, knownRows, logitsAndTargets } from './label-targets.js'

/** The loss of classification. */
export default describeStage({
  name: 'cross-entropy',
  runsIn: 'tensor',
  role: 'loss',
  summary: 'Cross-entropy between the logits of a classifier and the labels of the clips.',
  source: 'label smoothing: Szegedy et al., CVPR 2016, 7; missing labels: Fonseca et al., IEEE SPL 2020',
  parameters: z.strictObject({
    outputs: z
      .enum(['softmax', 'sigmoid'])
      .default('softmax')
      .describe('softmax: the classes exclude one another. sigmoid: each class by itself, for clips of several labels'),
    smoothing: z
      .number()
      .min(0)
      .max(0.99)
      .default(0)
      .describe('share of the target that is spread evenly over all classes'),
    discard: discardSettings.optional().describe('items of the batch that do not count, by their loss'),
    rescale: z
      .boolean()
      .optional()
      .describe(
        'where nothing is known of some clips. true, as if not said: mean over the others. false: over all, as in FixMatch',
      ),
  }),
  changes: ['smoothing', ...DISCARD_CHANGES],
  in: logitsAndTargets,
  out: (ports, { outputs, discard }) => {
    const classes = classCount(ports)
    if (discard && outputs === 'sigmoid')
      throw new ParameterProblem('discard', 'items are discarded where each has one class: outputs: softmax')
    return { kind: 'loss', chance: Math.log(outputs === 'softmax' ? classes : 2) }
  },
  build:
    ({ outputs, smoothing, discard, rescale }, ports) =>
    engine =>
    ({ from, targets }, { now }) => {
      const smooth = now?.smoothing ?? smoothing
      if (outputs === 'sigmoid') return sigmoidEntropy(engine, from, targets, smooth, rescale)
      const known = knownRows(engine, targets, ports.targets)
      return meanOfKept(engine, softmaxEntropies(engine, from, targets, smooth), { discard, known, rescale, now })
    },
})

/**
 * -sum_k t_k log softmax(logits)_k of each row. Targets of several classes share the 1 evenly; smoothed, each class has
 * smoothing / K of it. ln K if the logits say nothing.
 *
 * @param logits [N, K]
 * @param targets [N, K], from 0 to 1; of rows without one above 0 the numbers say nothing
 * @returns [N]
 */
export function softmaxEntropies(engine: Engine, logits: Tensor, targets: Tensor, smoothing: Amount): Tensor {
  const { tf } = engine
  const { raw } = engine.operations
  const classes = logits.shape[1]!
  const [left, each] =
    typeof smoothing === 'number'
      ? [1 - smoothing, smoothing / classes]
      : [tf.sub(1, smoothing), tf.div(smoothing, classes)]
  const smooth = tf.add(tf.mul(distribution(engine, targets), left), each)
  const attributes = raw.attributes({ types: { T: FLOAT32 } })
  return differentiable(tf, [logits], logits => {
    const [losses, towards] = raw.run('SoftmaxCrossEntropyWithLogits', attributes, [logits!, smooth], 2)
    return {
      value: losses!,
      saved: [towards!],
      backward: (dy, [towards]) => [tf.mul(towards!, tf.expandDims(dy, 1))],
    }
  })
}

/**
 * Mean over the N x K numbers of the binary cross-entropy of sigmoid(logit); smoothed, targets are 1 - smoothing / 2 and
 * smoothing / 2. ln 2 if the logits say nothing. Where it is not known whether a clip has a class (-1: the label may be
 * missing) nothing is asked of the classifier, and the mean is that of the others, or over all without `rescale`.
 *
 * @param logits [N, K]
 * @param targets [N, K], from 0 to 1, or -1
 * @returns scalar
 */
export function sigmoidEntropy(
  { tf }: Engine,
  logits: Tensor,
  targets: Tensor,
  smoothing: Amount,
  rescale = true,
): Tensor {
  const known = tf.cast(tf.greaterEqual(targets, 0), 'float32')
  const [left, half] =
    typeof smoothing === 'number' ? [1 - smoothing, smoothing / 2] : [tf.sub(1, smoothing), tf.div(smoothing, 2)]
  const smooth = tf.add(tf.mul(targets, left), half)
  const entropies = tf.sub(tf.softplus(logits), tf.mul(smooth, logits))
  return tf.div(tf.sum(tf.mul(entropies, known)), rescale ? tf.maximum(tf.sum(known), 1) : logits.size)
}
