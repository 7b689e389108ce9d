import { z } from 'zod'
import type { Engine, Tensor } from '../../engine/engine.js'
import { differentiable } from '../../engine/operations/differentiable.js'
import { FLOAT32 } from '../../engine/operations/raw.js'
import { batchOf, describeStage, embedding, label, ParameterProblem } from '../contract.js'
import { embeddingSize, innermost } from '../ports.js'

/** The loss of classification. */
export default describeStage({
  name: 'cross-entropy',
  place: 'tensor',
  role: 'loss',
  summary: 'Cross-entropy between the logits of a classifier and the labels of the clips.',
  source: 'label smoothing: Szegedy et al., CVPR 2016, 7',
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
  }),
  in: { from: batchOf(embedding), targets: batchOf(label) },
  out: ({ from, targets }, { outputs }) => {
    const inner = innermost(targets)
    const classes = inner.kind === 'label' ? inner.classes : 0
    if (classes !== embeddingSize(from))
      throw new ParameterProblem(
        'from',
        `${embeddingSize(from)} logits arrive and ${classes} classes; a classifier that reads the same targets stands between them`,
      )
    return { kind: 'loss', chance: Math.log(outputs === 'softmax' ? classes : 2) }
  },
  build:
    ({ outputs, smoothing }) =>
    engine =>
    ({ from, targets }) =>
      outputs === 'softmax'
        ? softmaxEntropy(engine, from, targets, smoothing)
        : sigmoidEntropy(engine, from, targets, smoothing),
})

/**
 * Mean over the N rows of -sum_k t_k log softmax(logits)_k. Targets of several classes share the 1 evenly; smoothed, each
 * class has smoothing / K of it. ln K if the logits say nothing.
 *
 * @param logits [N, K]
 * @param targets [N, K], 0 and 1, at least a 1 a row
 * @returns scalar
 */
export function softmaxEntropy(engine: Engine, logits: Tensor, targets: Tensor, smoothing: number): Tensor {
  const { tf } = engine
  const { raw } = engine.operations
  const [rows, classes] = logits.shape as [number, number]
  const smooth = tf.add(tf.mul(tf.div(targets, tf.sum(targets, 1, true)), 1 - smoothing), smoothing / classes)
  const attributes = raw.attributes({ types: { T: FLOAT32 } })
  return differentiable(tf, [logits], logits => {
    const [losses, towards] = raw.run('SoftmaxCrossEntropyWithLogits', attributes, [logits!, smooth], 2)
    return {
      value: tf.mean(losses!),
      saved: [towards!],
      backward: (dy, [towards]) => [tf.mul(towards!, tf.div(dy, rows))],
    }
  })
}

/**
 * Mean over the N x K numbers of the binary cross-entropy of sigmoid(logit); smoothed, targets are 1 - smoothing / 2 and
 * smoothing / 2. ln 2 if the logits say nothing.
 *
 * @param logits [N, K]
 * @param targets [N, K], 0 and 1
 * @returns scalar
 */
export function sigmoidEntropy({ tf }: Engine, logits: Tensor, targets: Tensor, smoothing: number): Tensor {
  const smooth = tf.add(tf.mul(targets, 1 - smoothing), smoothing / 2)
  return tf.mean(tf.sub(tf.softplus(logits), tf.mul(smooth, logits)))
}
