/** How several heads pull at the encoder that they share. */
import type { Engine, Tensor } from '../../engine/engine.js'
import { gradientsOf } from '../../graphs/model/gradient-caching.js'
import type { Model } from '../../graphs/model/model.js'
import type { Values } from '../../graphs/model/node-pass.js'
import { statisticsUntouched } from '../../graphs/model/running-statistics.js'
import type { HeadGradients } from './settings.js'

/**
 * The gradient of each loss by itself with respect to the weights of encoders and separators: its norm, times the loss's
 * weight, and the cosine between those of each two losses (-1: they pull against each other; 0 also where one has no
 * pull at all). Nothing where there are fewer than two losses, or every encoder is frozen. Runs each loss forward and
 * back once more; no weight and no running statistic is changed by it.
 */
export function headGradients(
  engine: Engine,
  model: Model,
  batches: Values,
  chunk?: number,
): HeadGradients | undefined {
  const { losses, encoding } = model
  if (losses.length < 2 || encoding.length === 0) return undefined
  const rows = statisticsUntouched(model, () =>
    losses.map(({ id }) => {
      const of = (values: Values) => values[id] as Tensor
      const { loss, gradients } = gradientsOf(engine, model, batches, { weights: encoding, reads: [id], of, chunk })
      const row = engine.tf.tidy(() => engine.tf.concat(gradients.map(gradient => gradient.reshape([-1]))))
      engine.tf.dispose([loss, ...gradients])
      return row
    }),
  )
  const between = (one: number, other: number) => {
    const product = engine.tf.tidy(() => rows[one]!.mul(rows[other]!).sum())
    const [value] = product.dataSync()
    product.dispose()
    return value!
  }
  const norms = losses.map((_, at) => Math.sqrt(between(at, at)))
  const headGradientNorm = Object.fromEntries(
    losses.map(({ id, weight = 1 }, at) => [id, (model.changing.numberOf(id, 'weight') ?? weight) * norms[at]!]),
  )
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
