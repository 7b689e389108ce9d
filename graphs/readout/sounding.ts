/** Where in a clip sound is: silence before and behind it is padding, and should not change what is read out. */
import type { LogMel } from '../../stages/values.js'

/** log10 of power: 80 dB, which leaves the end of a decaying sound alone. */
export const BELOW = 8
/** Lowest bands that are not looked at: a sound's offset, which levelling leaves in silence beside it, stands there. */
export const offsetBands = (bands: number): number => Math.min(4, bands - 1)

/** Frames read at a time: bounded memory however long the clip. */
const CHUNK = 4096

/**
 * From the first frame to behind the last whose loudest band is less than 80 dB below that of the loudest frame.
 *
 * @param frames that are asked about, from the first
 */
export function soundingFrames(mel: LogMel, frames: number): [from: number, to: number] {
  const lowest = offsetBands(mel.bands)
  const levels = new Float32Array(frames).fill(Number.NEGATIVE_INFINITY)
  for (let start = 0; start < frames; start += CHUNK) {
    const count = Math.min(CHUNK, frames - start)
    const chunk = mel.read(start, count)
    for (let frame = 0; frame < count; frame++)
      for (let band = lowest; band < mel.bands; band++) {
        const level = chunk[frame * mel.bands + band]!
        if (level > levels[start + frame]!) levels[start + frame] = level
      }
  }
  const quiet = levels.reduce((most, level) => Math.max(most, level), Number.NEGATIVE_INFINITY) - BELOW
  const isHeard = (level: number) => level > quiet
  return [levels.findIndex(isHeard), levels.findLastIndex(isHeard) + 1]
}
