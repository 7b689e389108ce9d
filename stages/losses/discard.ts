/**
 * Loss-based discard in the batch: items of large loss are taken for wrongly labelled and do not count in this step
 * (Fonseca, Font and Serra, WASPAA 2019; Fonseca et al., ICASSP 2019).
 */
import { z } from 'zod'
import type { Engine, Tensor } from '../../engine/engine.js'
import { differentiable } from '../../engine/operations/differentiable.js'

const RULES = ['percentile', 'max', 'outliers'] as const

export const discardSettings = z
  .strictObject({
    percentile: z
      .number()
      .min(1)
      .max(100)
      .optional()
      .describe('above this percentile of the batch (the lower neighbour where it falls between two); 99, 96 or 93'),
    max: z.number().min(0).max(1).optional().describe('above this share of the largest loss; 0.93, in CE_max 0.6'),
    outliers: z
      .number()
      .min(0)
      .max(10)
      .optional()
      .describe('above the median and so many standard deviations; in CE_outlier 1.9'),
    rescale: z
      .boolean()
      .default(true)
      .describe('true: mean over the items that count. false: over all, as in CE_max and CE_outlier'),
  })
  .refine(rule => RULES.filter(name => rule[name] !== undefined).length === 1, {
    message: 'name one rule: { percentile: 96 }, { max: 0.93 } or { outliers: 1.9 }',
  })

export type Discard = z.output<typeof discardSettings>

/**
 * The mean of the losses that are not above the threshold; of all without a rule. No gradient flows through the choice.
 *
 * @param losses [N], one an item
 * @returns scalar
 */
export function meanOfKept(engine: Engine, losses: Tensor, rule: Discard | undefined): Tensor {
  const { tf } = engine
  if (!rule) return tf.mean(losses)
  return differentiable(tf, [losses], losses => {
    const most = thresholdOf(engine, losses!, rule)
    const kept = tf.cast(tf.lessEqual(losses!, most), 'float32')
    const shares = tf.div(kept, rule.rescale ? tf.maximum(tf.sum(kept), 1) : losses!.shape[0]!)
    return {
      value: tf.sum(tf.mul(losses!, shares)),
      saved: [shares],
      backward: (dy, [shares]) => [tf.mul(shares!, dy)],
    }
  })
}

function thresholdOf({ tf }: Engine, losses: Tensor, { percentile, max, outliers }: Discard): Tensor {
  const count = losses.shape[0]!
  if (max !== undefined) return tf.mul(tf.max(losses), max)
  const falling = tf.topk(losses, count).values
  const from = (least: number) => tf.slice(falling, [count - 1 - least], [1])
  if (percentile !== undefined) return from(Math.floor((percentile / 100) * (count - 1)))
  const median = tf.mul(tf.add(from(Math.floor((count - 1) / 2)), from(Math.ceil((count - 1) / 2))), 0.5)
  return tf.add(median, tf.mul(tf.sqrt(tf.moments(losses).variance), outliers!))
}
