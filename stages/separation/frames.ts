/** A sound in overlapping frames, and back. Time comes first, so that shifts by a hop are slices without a copy. */
import type { Engine, Tensor } from '../../engine/engine.js'

export interface Framing {
  /** Samples of a frame: a multiple of the hop, twice it at least. */
  window: number
  /** Samples from frame to frame. */
  hop: number
}

/** Frames that reach every sample as often as every other: the first begins window - hop samples before the sound. */
export function frameCount(samples: number, { window, hop }: Framing): number {
  return Math.ceil((samples + window - hop) / hop)
}

/** [batch, samples] in frames, zeros before and after the sound: [frames, batch, window]. */
export function framed({ tf }: Engine, signal: Tensor, framing: Framing): Tensor {
  const { window, hop } = framing
  const [batch, samples] = signal.shape as [number, number]
  const frames = frameCount(samples, framing)
  const overlap = window / hop
  const hops = frames + overlap - 1
  const front = window - hop
  const padded = tf.pad(signal, [
    [0, 0],
    [front, hops * hop - front - samples],
  ])
  const byHop = tf.transpose(tf.reshape(padded, [batch, hops, hop]), [1, 0, 2])
  const pieces = Array.from({ length: overlap }, (_, at) => tf.slice(byHop, [at, 0, 0], [frames, batch, hop]))
  return tf.concat(pieces, 2)
}

/**
 * Frames overlapped and added.
 *
 * @param pieces of all frames, as many as overlap: the first hop of each frame, the second, ...; [frames, batch, hop]
 * @returns [batch, samples]
 */
export function overlapped(
  { tf }: Engine,
  pieces: readonly Tensor[],
  { window, hop }: Framing,
  samples: number,
): Tensor {
  const [frames, batch] = pieces[0]!.shape as [number, number]
  const last = pieces.length - 1
  const shifted = pieces.map((piece, at) =>
    tf.pad(piece, [
      [at, last - at],
      [0, 0],
      [0, 0],
    ]),
  )
  const byHop = tf.transpose(tf.addN(shifted), [1, 0, 2])
  const sound = tf.reshape(byHop, [batch, (frames + last) * hop])
  return tf.slice(sound, [0, window - hop], [batch, samples])
}

/**
 * Each frame times a matrix.
 *
 * @param signal [batch, samples]
 * @param matrix [window, coefficients]
 * @returns [frames, batch, coefficients]
 */
export function analyse(engine: Engine, signal: Tensor, matrix: Tensor, framing: Framing): Tensor {
  const { tf } = engine
  const frames = framed(engine, signal, framing)
  const flat = tf.reshape(frames, [-1, framing.window])
  return tf.reshape(tf.matMul(flat, matrix), [frames.shape[0]!, frames.shape[1]!, matrix.shape[1]!])
}

/**
 * Frames made of coefficients, overlapped and added.
 *
 * @param coefficients [frames, batch, coefficients], frames as `analyse` makes of `samples`
 * @param matrix [coefficients, window]
 * @returns [batch, samples]
 */
export function synthesise(
  engine: Engine,
  coefficients: Tensor,
  matrix: Tensor,
  framing: Framing,
  samples: number,
): Tensor {
  const { tf } = engine
  const [frames, batch, size] = coefficients.shape as [number, number, number]
  const flat = tf.reshape(coefficients, [frames * batch, size])
  const pieces = tf
    .split(matrix, framing.window / framing.hop, 1)
    .map(piece => tf.reshape(tf.matMul(flat, piece), [frames, batch, framing.hop]))
  return overlapped(engine, pieces, framing, samples)
}
