/** How several heads pull at the encoder that they share. */
import type { Engine, Tensor } from '../../engine/engine.js'
import { lossAndGradients } from '../../engine/gradients.js'
import type { Model, Values } from './model.js'
import type { HeadGradients } from './settings.js'

/**
 * The gradient of each loss by itself with respect to the encoders' weights: its norm, times the loss's weight, and the
 * cosine between those of each two losses (-1: they pull against each other; 0 also where one has no pull at all).
 * Nothing where there are fewer than two losses, or every encoder is frozen. Runs each loss forward and back once more;
 * no weight and no running statistic is changed by it.
 */
export function headGradients(engine: Engine, model: Model, batches: Values): HeadGradients | undefined {
  const { losses, encoding } = model
  if (losses.length < 2 || encoding.length === 0) return undefined
  const statistics = model.weights.all.filter(({ trainable }) => !trainable)
  const before = statistics.map(weight => weight.read().clone())
  const rows = losses.map(node => {
    const { loss, gradients } = lossAndGradients(
      engine,
      encoding,
      () => model.forward(batches, node)[node.id] as Tensor,
    )
    const row = engine.tf.tidy(() => engine.tf.concat(gradients.map(gradient => gradient.reshape([-1]))))
    engine.tf.dispose([loss, ...gradients])
    return row
  })
  for (const [at, weight] of statistics.entries()) weight.assign(before[at]!)
  const between = (one: number, other: number) => {
    const product = engine.tf.tidy(() => rows[one]!.mul(rows[other]!).sum())
    const [value] = product.dataSync()
    product.dispose()
    return value!
  }
  const norms = losses.map((_, at) => Math.sqrt(between(at, at)))
  const headGradientNorm = Object.fromEntries(losses.map(({ id, weight = 1 }, at) => [id, weight * norms[at]!]))
  const headGradientCosine = losses.flatMap(({ id }, at) =>
    losses.slice(at + 1).map((other, further) => {
      const second = at + 1 + further
      const lengths = norms[at]! * norms[second]!
      return { heads: [id, other.id] as [string, string], cosine: lengths > 0 ? between(at, second) / lengths : 0 }
    }),
  )
  engine.tf.dispose(rows)
  return { headGradientNorm, headGradientCosine }
}
