/** Pieces of clips, as a trained encoder hears them: patches of spectrograms, excerpts of recordings. */
import { describePort, type Port } from '../../stages/ports.js'
import { repeated } from '../../stages/sample-arrays.js'
import type { LogMel, Recording } from '../../stages/values.js'
import { lanesOf } from '../language/lift.js'
import { laneOfValue, together } from './lanes.js'

/** What is counted in a clip that pieces are cut from: frames or samples, so many a second; a piece has `length`. */
export function gridOf(piece: Port): { length: number; second: number } {
  if ('of' in piece) return gridOf(piece.of)
  if (piece.kind === 'patch') return { length: piece.frames, second: piece.hop / piece.rate }
  if (piece.kind === 'excerpt') return { length: piece.samples, second: 1 / piece.rate }
  throw new RangeError(`${describePort(piece)} is no piece of a clip`)
}

/** Frames or samples that there are to cut from. */
export function lengthOf(value: unknown, piece: Port): number {
  if ('of' in piece) return lengthOf(laneOfValue(value, lanesOf(piece)[0]!), piece.of)
  return piece.kind === 'patch' ? (value as LogMel).frames : (value as Recording).samples
}

/**
 * The piece that starts at `start` seconds, or as late as a whole piece fits; a clip shorter than that is repeated.
 *
 * @param band first band of a patch whose spectrogram has more
 */
export function pieceOf(value: unknown, piece: Port, start: number, band = 0): unknown {
  if ('of' in piece)
    return together(
      piece,
      lanesOf(piece).map(lane => pieceOf(laneOfValue(value, lane), piece.of, start, band)),
    )
  const { length, second } = gridOf(piece)
  const total = lengthOf(value, piece)
  const from = Math.max(0, Math.min(Math.round(start / second), total - length))
  const read = (value as LogMel | Recording).read(from, Math.min(length, total))
  const wide = piece.kind === 'patch' ? (value as LogMel).bands : 1
  const whole = total < length ? repeated(read, length * wide) : read
  return piece.kind === 'patch' && wide !== piece.bands ? narrowed(whole, wide, band, piece.bands) : whole
}

/** Some bands of every frame. */
function narrowed(frames: Float32Array, wide: number, band: number, bands: number): Float32Array {
  const narrow = new Float32Array((frames.length / wide) * bands)
  for (let frame = 0; frame * wide < frames.length; frame++)
    narrow.set(frames.subarray(frame * wide + band, frame * wide + band + bands), frame * bands)
  return narrow
}
