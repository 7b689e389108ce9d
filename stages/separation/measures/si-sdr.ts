import { energy, product } from '../products.js'

/**
 * Scale-invariant signal-to-distortion ratio (Le Roux et al., ICASSP 2019, equation 3): the estimate is split into a
 * multiple of the reference and the rest. No mean is taken away. Also called SI-SNR.
 *
 * @returns decibels; Infinity for a multiple of the reference, -Infinity for an estimate with nothing of it
 * @throws RangeError if the reference is silent, or the lengths differ
 */
export function siSdr(estimate: Float32Array, reference: Float32Array): number {
  const own = energy(reference)
  if (own === 0) throw new RangeError('the reference is silent: there is no ratio')
  const scale = product(estimate, reference) / own
  let rest = 0
  for (let i = 0; i < estimate.length; i += 1) rest += (estimate[i]! - scale * reference[i]!) ** 2
  const target = scale * scale * own
  return target === 0 ? Number.NEGATIVE_INFINITY : 10 * Math.log10(target / rest)
}

/**
 * How well a sound that is one source already is left alone (1S of FUSS; Wisdom et al., ICASSP 2021): SI-SDR of the
 * channel that is nearest to it, decibels. A channel that is a multiple of the source gives Infinity.
 *
 * @param channels what separation made of `source`
 * @throws RangeError if the source is silent, or the lengths differ
 */
export function singleSourcePreservation(channels: readonly Float32Array[], source: Float32Array): number {
  return Math.max(...channels.map(channel => siSdr(channel, source)))
}
