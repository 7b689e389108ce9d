/** The simplest embedding there is, and a baseline for all others: mean and deviation of each band over a clip. */
import type { LogMel } from '../../stages/values.js'

/** Frames read at a time: bounded memory however long the clip. */
const CHUNK = 4096

/** @returns 2 x bands numbers: the means, then the standard deviations, of log10 power */
export function logMelStatistics(mel: LogMel): Float32Array {
  const { frames, bands } = mel
  const sums = new Float64Array(bands)
  const squares = new Float64Array(bands)
  for (let start = 0; start < frames; start += CHUNK) {
    const chunk = mel.read(start, Math.min(CHUNK, frames - start))
    for (let at = 0; at < chunk.length; at += bands) {
      for (let band = 0; band < bands; band++) {
        const value = chunk[at + band]!
        sums[band]! += value
        squares[band]! += value * value
      }
    }
  }
  const result = new Float32Array(2 * bands)
  for (let band = 0; band < bands; band++) {
    const mean = sums[band]! / frames
    result[band] = mean
    result[bands + band] = Math.sqrt(Math.max(0, squares[band]! / frames - mean * mean))
  }
  return result
}
