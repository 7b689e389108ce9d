/** What a probability costs where the truth is known: a continuous score, which tells arms apart that are right equally often. */
import type { Matrix } from './products.js'
import type { Truth } from './truth.js'

/**
 * -ln of the probability that a soft-max of the scores gives to each clip's class, in nats (as scikit-learn's log_loss,
 * clip by clip).
 *
 * @param scores logits, clips x classes; @param truth of the same clips, one class each
 */
export function logLosses({ rows, columns, values }: Matrix, { sets }: Truth): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => {
    const own = values.subarray(row * columns, (row + 1) * columns)
    const top = own.reduce((most, logit) => Math.max(most, logit), Number.NEGATIVE_INFINITY)
    const sum = own.reduce((total, logit) => total + Math.exp(logit - top), 0)
    return top + Math.log(sum) - own[sets[row]![0]!]!
  })
}
