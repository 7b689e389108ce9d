import { energy } from '../products.js'

/** Decibels below the mixture at which FUSS calls a source inactive. */
export const ACTIVE_WITHIN = 20

/**
 * Energy of each channel over that of the mixture, decibels; -Infinity for a silent channel, and for every channel of a
 * silent mixture.
 */
export function levelsOver(mixture: Float32Array, channels: readonly Float32Array[]): Float32Array {
  const whole = energy(mixture)
  return Float32Array.from(channels, channel =>
    whole > 0 ? 10 * Math.log10(energy(channel) / whole) : Number.NEGATIVE_INFINITY,
  )
}

/** Channels that sound: not further below the mixture than `within` decibels. */
export function activeSources(
  mixture: Float32Array,
  channels: readonly Float32Array[],
  within: number = ACTIVE_WITHIN,
): number {
  return levelsOver(mixture, channels).reduce((count, level) => count + (level >= -within ? 1 : 0), 0)
}
