import type { Engine, Tensor } from '../../engine/engine.js'

/** Energies of [..., samples]: [...]. */
export function energies({ tf }: Engine, sounds: Tensor): Tensor {
  return tf.sum(tf.square(sounds), -1)
}

/**
 * 10 log10(error / energy + threshold): the negative signal-to-noise ratio, never below 10 log10(threshold) (Wisdom et al.,
 * NeurIPS 2020, equation 2, without its constant left out). All of one shape; energies of 0 count as 1e-8.
 */
export function thresholdedSnr({ tf }: Engine, error: Tensor, energy: Tensor, threshold: number | Tensor): Tensor {
  return tf.mul(10 / Math.LN10, tf.log(tf.add(tf.div(error, tf.maximum(energy, SILENCE)), threshold)))
}

const SILENCE = 1e-8

/** 10^(-decibels / 10). */
export function thresholdOf(decibels: number): number {
  return 10 ** (-decibels / 10)
}
