/** Mixture consistency (Wisdom et al., ICASSP 2019): separated sources that add up to the mixture. */
import type { Engine, Tensor } from '../../engine/engine.js'

/**
 * source + weight * (mixture - sum of sources).
 *
 * @param sources [batch, sources, samples]
 * @param mixture [batch, samples]
 * @param weights [batch, sources], each row adding up to 1; every source alike if absent
 * @returns [batch, sources, samples]
 */
export function consistent({ tf }: Engine, sources: Tensor, mixture: Tensor, weights?: Tensor): Tensor {
  const [batch, count] = sources.shape as [number, number]
  const missing = tf.sub(tf.expandDims(mixture, 1), tf.sum(sources, 1, true))
  const share = weights ? tf.reshape(weights, [batch, count, 1]) : tf.fill([1, count, 1], 1 / count)
  return tf.add(sources, tf.mul(share, missing))
}

/** Each source's share of the energy of all: [batch, sources]; alike where all are silent. */
export function energyShares({ tf }: Engine, sources: Tensor): Tensor {
  const energies = tf.add(tf.sum(tf.square(sources), 2), EPSILON)
  return tf.div(energies, tf.sum(energies, 1, true))
}

const EPSILON = 1e-8
