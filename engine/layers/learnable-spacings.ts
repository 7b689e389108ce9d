/** Dilated convolution with learnable spacings: few taps, each with a place of its own in a large filter. */
import type { Operations } from '../operations/operations.js'
import type { Scope, Tensor } from '../tensor.js'
import { constant, normal, uniformByFanIn } from './initial.js'

/** Added to a width, so that none becomes a point. */
const NARROWEST = 0.27

/**
 * The filter of a depthwise convolution, [size, size, channels]: each tap is spread as a Gaussian around its place, and sums to its weight
 * (Khalfaoui-Hassani et al. 2023, Gaussian version, with the constants of their package). Places count from the middle;
 * those beyond the edge are taken to it.
 *
 * @param weights [taps, channels]
 * @param places @param widths [2, taps, channels], over frames and over bands, in samples of the filter; of a width the
 *   magnitude counts, plus 0.27
 */
export function spacedFilter(
  { raw: { tf } }: Operations,
  { weights, places, widths }: { weights: Tensor; places: Tensor; widths: Tensor },
  size: number,
): Tensor {
  const [count, channels] = weights.shape as [number, number]
  const middle = (size - 1) / 2
  const grid = tf.tensor(
    Float32Array.from({ length: size }, (_, i) => i - middle),
    [1, 1, size],
  )
  /** Shares of each tap, frame by frame or band by band: [channels, taps, size]. */
  const shares = (axis: 0 | 1) => {
    const of = (numbers: Tensor) =>
      tf.transpose(tf.reshape(tf.slice(numbers, [axis, 0, 0], [1, -1, -1]), [count, channels, 1]), [1, 0, 2])
    const place = tf.clipByValue(of(places), -middle, middle)
    const away = tf.div(tf.sub(grid, place), tf.add(tf.abs(of(widths)), NARROWEST))
    const bell = tf.exp(tf.mul(tf.square(away), -0.5))
    return tf.div(bell, tf.sum(bell, 2, true))
  }
  const weighted = tf.mul(shares(0), tf.reshape(tf.transpose(weights, [1, 0]), [channels, count, 1]))
  return tf.transpose(tf.matMul(weighted, shares(1), true), [1, 2, 0])
}

export interface Spacings {
  /** Frames and bands of the filter. */
  size: number
  /** Taps of each channel. */
  count: number
}

/** Such a filter with its weights: the taps begin as those of a filter with so many, near its middle and half a sample wide. */
export function spacedTaps(operations: Operations, scope: Scope, channels: number, { size, count }: Spacings) {
  const weights = scope.weight('taps', [count, channels], uniformByFanIn(count))
  const places = scope.weight('places', [2, count, channels], normal(0.5))
  const widths = scope.weight('widths', [2, count, channels], constant(0.23))
  const read = () => ({ weights: weights.read(), places: places.read(), widths: widths.read() })
  return () => spacedFilter(operations, read(), size)
}
