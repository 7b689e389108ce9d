/** The running means and variances of batch normalisation, which a forward pass in training mode moves. */
import type { Model } from './model.js'

/** Does `work`, and puts the running statistics back to what they were before it. */
export function statisticsUntouched<Result>({ weights }: Model, work: () => Result): Result {
  const statistics = weights.all.filter(({ trainable }) => !trainable)
  const before = statistics.map(weight => weight.read().clone())
  try {
    return work()
  } finally {
    for (const [at, weight] of statistics.entries()) weight.assign(before[at]!)
  }
}
