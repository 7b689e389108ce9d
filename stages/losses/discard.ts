/**
 * Loss-based discard in the batch: items of large loss are taken for wrongly labelled and do not count in this step
 * (Fonseca, Font and Serra, WASPAA 2019; Fonseca et al., ICASSP 2019).
 */
import { z } from 'zod'
import type { Amount, Engine, Tensor } from '../../engine/engine.js'
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

/** The names of the rules' numbers among what changes over training. */
export const DISCARD_CHANGES = RULES.map(name => `discard.${name}`)

export interface Counting {
  discard?: Discard | undefined
  /** 1 where something is known of a row, 0 where nothing is: [N]. All count if absent. */
  known?: Tensor | undefined
  /** Of rows that do not count because nothing is known of them: the mean is over the others (usual), or over all. */
  rescale?: boolean | undefined
  now?: Readonly<Record<string, Tensor>> | undefined
}

/**
 * The mean of the losses that are known and not above the threshold; of all without a rule. No gradient flows through
 * the choice.
 *
 * @param losses [N], one an item
 * @returns scalar; 0 if none counts
 */
export function meanOfKept(engine: Engine, losses: Tensor, counting: Counting): Tensor {
  const { tf } = engine
  const { discard, known, rescale = true } = counting
  if (!discard && !known) return tf.mean(losses)
  return differentiable(tf, [losses], losses => {
    const below = discard && tf.cast(tf.lessEqual(losses!, thresholdOf(engine, losses!, discard, counting)), 'float32')
    const kept = below && known ? tf.mul(below, known) : (below ?? known)!
    const all = known && rescale ? tf.maximum(tf.sum(known), 1) : losses!.shape[0]!
    const shares = tf.div(kept, !discard?.rescale ? all : tf.maximum(tf.sum(kept), 1))
    return {
      value: tf.sum(tf.mul(losses!, shares)),
      saved: [shares],
      backward: (dy, [shares]) => [tf.mul(shares!, dy)],
    }
  })
}

function thresholdOf(
  { tf }: Engine,
  losses: Tensor,
  { percentile, max, outliers }: Discard,
  { known, now = {} }: Counting,
): Tensor {
  // rows of which nothing is known stand behind all others
  const own = known ? tf.where(tf.greater(known, 0), losses, tf.fill(losses.shape, -1e30)) : losses
  if (max !== undefined) return tf.mul(tf.max(own), now['discard.max'] ?? max)
  const all = losses.shape[0]!
  const last: Amount = known ? tf.sub(tf.sum(known), 1) : all - 1
  const falling = tf.topk(own, all).values
  const from = (least: Amount) => {
    if (typeof last === 'number' && typeof least === 'number') return tf.slice(falling, [last - least], [1])
    return tf.gather(falling, tf.reshape(tf.cast(tf.maximum(tf.sub(last, least), 0), 'int32'), [1]))
  }
  if (percentile !== undefined) {
    const share = now['discard.percentile'] ?? percentile
    if (typeof share === 'number' && typeof last === 'number') return from(Math.floor((share / 100) * last))
    // a hair more: a product that is whole may have been rounded down
    return from(tf.floor(tf.add(tf.mul(tf.div(share, 100), last), 1e-4)))
  }
  const middle = typeof last === 'number' ? last / 2 : tf.div(last, 2)
  const [lower, upper] =
    typeof middle === 'number' ? [Math.floor(middle), Math.ceil(middle)] : [tf.floor(middle), tf.ceil(middle)]
  const median = tf.mul(tf.add(from(lower), from(upper)), 0.5)
  return tf.add(median, tf.mul(deviation(), now['discard.outliers'] ?? outliers!))

  function deviation(): Tensor {
    if (!known) return tf.sqrt(tf.moments(losses).variance)
    const count = tf.maximum(tf.sum(known), 1)
    const mean = tf.div(tf.sum(tf.mul(losses, known)), count)
    return tf.sqrt(tf.div(tf.sum(tf.mul(tf.square(tf.sub(losses, mean)), known)), count))
  }
}
