import { z } from 'zod'
import type { Amount, Engine, Tensor } from '../../engine/engine.js'
import { describeStage } from '../contract.js'
import { DISCARD_CHANGES, discardSettings, meanOfKept } from './discard.js'
import { classCount, distribution, knownRows, logitsAndTargets } from './label-targets.js'

/** A loss that large errors do not dominate: for labels of which some are wrong. */
export default describeStage({
  name: 'l-q',
  runsIn: 'tensor',
  role: 'loss',
  summary:
    'L_q loss between the logits of a classifier and labels of which some are wrong; between cross-entropy and MAE.',
  source: 'Zhang and Sabuncu, NeurIPS 2018, equation 6; discard: Fonseca, Font and Serra, WASPAA 2019',
  parameters: z.strictObject({
    q: z.number().min(0.01).max(1).default(0.7).describe('towards 0: cross-entropy. 1: mean absolute error'),
    discard: discardSettings.optional().describe('items of the batch that do not count, by their loss'),
  }),
  changes: ['q', ...DISCARD_CHANGES],
  in: logitsAndTargets,
  out: (ports, { q }) => ({ kind: 'loss', chance: (1 - classCount(ports) ** -q) / q }),
  build:
    ({ q, discard }, ports) =>
    engine =>
    ({ from, targets }, { now }) => {
      const known = knownRows(engine, targets, ports.targets)
      return meanOfKept(engine, lqLosses(engine, from, targets, now?.q ?? q), { discard, known, now })
    },
})

const EPSILON = 1e-8

/**
 * (1 - p^q) / q of each row, with p the softmax probability of its class; of mixed or several labels, their mean
 * probability weighted by the targets.
 *
 * @param logits [N, K] @param targets [N, K]; rows without one above 0 are (1 - 1e-8^q) / q
 * @returns [N]
 */
export function lqLosses(engine: Engine, logits: Tensor, targets: Tensor, q: Amount): Tensor {
  const { tf } = engine
  const own = tf.sum(tf.mul(tf.softmax(logits), distribution(engine, targets)), 1)
  const powers = tf.exp(tf.mul(tf.log(tf.add(own, EPSILON)), q))
  return tf.div(tf.sub(1, powers), q)
}
