/** The simplest embedding there is, and a baseline for all others: mean and deviation of each band over a clip. */
import type { Readout } from '../../graphs/readout/settings.js'
import { soundingFrames } from '../../graphs/readout/sounding.js'
import { statisticsSize, TimeStatistics } from '../../graphs/readout/time-statistics.js'
import type { LogMel } from '../../stages/values.js'
import type { LogMelNode } from './log-mel-node.js'

/** Frames read at a time: bounded memory however long the clip. */
const CHUNK = 4096

/**
 * What clips are measured by beside an encoder: as it is read out, so is the spectrogram. Mean and deviation where the
 * encoder gives its own embedding.
 */
export function logMelReading({ bands, hop }: LogMelNode, readout: Readout | undefined) {
  if (!readout) return { size: 2 * bands, of: logMelStatistics }
  const timing = { statistics: readout.time, parts: readout.parts }
  return {
    size: statisticsSize(bands, timing),
    /** @param seconds of the sound itself: frames beyond it were repeated */
    of: (mel: LogMel, seconds: number) => {
      const [from, to] = soundingFrames(mel, Math.max(1, Math.min(mel.frames, Math.round(seconds / hop) || mel.frames)))
      const statistics = new TimeStatistics(bands, to - from, timing)
      for (let start = from; start < to; start += CHUNK) {
        const count = Math.min(CHUNK, to - start)
        const chunk = mel.read(start, count)
        for (let frame = 0; frame < count; frame++) statistics.add(start - from + frame, chunk, frame * bands)
      }
      return statistics.take()
    },
  }
}

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
