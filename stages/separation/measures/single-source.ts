import { siSdr } from './si-sdr.js'

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
