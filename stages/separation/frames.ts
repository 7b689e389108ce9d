/**
 * Analysis of a sound by overlapping frames and a matrix, and its synthesis: what a learned basis and the Fourier
 * transform have in common. Time comes first, so that shifts by a hop are slices without a copy.
 */
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

/**
 * Each frame times a matrix; zeros before and after the sound.
 *
 * @param signal [batch, samples]
 * @param matrix [window, coefficients]
 * @returns [frames, batch, coefficients]
 */
export function analyse({ tf }: Engine, signal: Tensor, matrix: Tensor, framing: Framing): Tensor {
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
  const framed = tf.reshape(tf.concat(pieces, 2), [frames * batch, window])
  return tf.reshape(tf.matMul(framed, matrix), [frames, batch, matrix.shape[1]!])
}

/**
 * Frames made of coefficients, overlapped and added.
 *
 * @param coefficients [frames, batch, coefficients], frames as `analyse` makes of `samples`
 * @param matrix [coefficients, window]
 * @returns [batch, samples]
 */
export function synthesise(
  { tf }: Engine,
  coefficients: Tensor,
  matrix: Tensor,
  { window, hop }: Framing,
  samples: number,
): Tensor {
  const [frames, batch, size] = coefficients.shape as [number, number, number]
  const overlap = window / hop
  const flat = tf.reshape(coefficients, [frames * batch, size])
  const pieces = tf.split(matrix, overlap, 1).map((piece, at) => {
    const part = tf.reshape(tf.matMul(flat, piece), [frames, batch, hop])
    return tf.pad(part, [
      [at, overlap - 1 - at],
      [0, 0],
      [0, 0],
    ])
  })
  const byHop = tf.transpose(tf.addN(pieces), [1, 0, 2])
  const sound = tf.reshape(byHop, [batch, (frames + overlap - 1) * hop])
  return tf.slice(sound, [0, window - hop], [batch, samples])
}
