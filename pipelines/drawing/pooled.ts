import type { LogMel } from '../../stages/values.js'
import type { Spectrogram } from './spectrogram.js'

/** More could not be told apart in a picture. */
const COLUMNS = 1200

/**
 * A whole clip for a picture: neighbouring frames of a long one are averaged, and read a few at a time.
 *
 * @param hop seconds from frame to frame
 */
export function pooled(mel: LogMel, hop: number): Spectrogram {
  const { bands } = mel
  const step = Math.max(1, Math.ceil(mel.frames / COLUMNS))
  if (step === 1) return { values: mel.read(0, mel.frames), frames: mel.frames, bands, hop }
  const frames = Math.floor(mel.frames / step)
  const values = new Float32Array(frames * bands)
  for (let column = 0; column < frames; column++) {
    const some = mel.read(column * step, step)
    for (let at = 0; at < some.length; at++) values[column * bands + (at % bands)]! += some[at]! / step
  }
  return { values, frames, bands, hop: hop * step }
}
