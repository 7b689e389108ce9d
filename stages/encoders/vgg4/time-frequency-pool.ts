/** What sums up the last feature maps: time and frequency as one, or one after the other. */
import type { Engine, Tensor } from '../../../engine/engine.js'

export const POOLINGS = ['maxmeanfreq', 'meanmaxfreq', 'maxmeantime', 'meanmaxtime', 'mean', 'max', 'mean-max'] as const
export type TimeFrequencyPooling = (typeof POOLINGS)[number]

/**
 * [batch, time, frequency, channels], type of activations, to float32 [batch, channels], or [batch, 2 channels] for
 * mean-max. The names of shift_sec read from the end: maxmeanfreq is the maximum over time of the mean over frequency,
 * meanmaxfreq the mean over time of the maximum over frequency; with `time` the two axes change places.
 */
export function timeFrequencyPool({ tf, operations }: Engine, pooling: TimeFrequencyPooling): (x: Tensor) => Tensor {
  if (pooling === 'mean' || pooling === 'max' || pooling === 'mean-max') return x => operations.globalPool(x, pooling)
  const [inner, outer] = pooling.startsWith('maxmean') ? [tf.mean, tf.max] : [tf.max, tf.mean]
  const axis = pooling.endsWith('freq') ? 2 : 1
  return x => outer(inner(operations.toFloat(x), axis), 1)
}
