import { z } from 'zod'
import type { Amount, Engine, Tensor } from '../../engine/engine.js'
import { describeStage } from '../contract.js'
import { DISCARD_CHANGES, discardSettings, meanOfKept } from './discard.js'
import { classCount, distribution, knownRows, logitsAndTargets } from './label-targets.js'

/** Cross-entropy that believes its own prediction besides the label. */
export default describeStage({
  name: 'soft-bootstrap',
  runsIn: 'tensor',
  role: 'loss',
  summary:
    'Cross-entropy whose targets are partly what the classifier itself predicts; for labels of which some are wrong.',
  source: 'Reed et al., ICLR 2015 workshop, 3.3; edufonseca/icassp19',
  parameters: z.strictObject({
    beta: z.number().min(0).max(1).default(0.3).describe('weight of the label; the rest is that of the prediction'),
    discard: discardSettings.optional().describe('items of the batch that do not count, by their loss'),
  }),
  changes: ['beta', ...DISCARD_CHANGES],
  in: logitsAndTargets,
  out: ports => ({ kind: 'loss', chance: Math.log(classCount(ports)) }),
  build:
    ({ beta, discard }, ports) =>
    engine =>
    ({ from, targets }, { now }) => {
      const known = knownRows(engine, targets, ports.targets)
      return meanOfKept(engine, bootstrapLosses(engine, from, targets, now?.beta ?? beta), { discard, known, now })
    },
})

/**
 * -sum_k (beta t_k + (1 - beta) p_k) log p_k of each row, p = softmax(logits). The gradient runs through the prediction
 * in the target, too: it is the entropy that the loss adds to cross-entropy.
 *
 * @param logits [N, K] @param targets [N, K], at least one above 0 a row
 * @returns [N]
 */
export function bootstrapLosses(engine: Engine, logits: Tensor, targets: Tensor, beta: Amount): Tensor {
  const { tf } = engine
  const log = tf.logSoftmax(logits)
  const wanted = tf.add(
    tf.mul(distribution(engine, targets), beta),
    tf.mul(tf.exp(log), typeof beta === 'number' ? 1 - beta : tf.sub(1, beta)),
  )
  return tf.neg(tf.sum(tf.mul(wanted, log), 1))
}
