/** A patch as a grid of pieces: what a vision transformer reads, and what is to be reconstructed. */
import type { Engine, Tensor } from '../engine/engine.js'

/**
 * [batch, frames, bands] to [batch, pieces, frames x bands of a piece]: pieces ascend by time, then by band, their numbers
 * likewise.
 */
export function piecesOf({ tf }: Engine, patches: Tensor, [long, high]: readonly [number, number]): Tensor {
  const [batch, frames, bands] = patches.shape as [number, number, number]
  const [times, bins] = [frames / long, bands / high]
  const apart = tf.transpose(tf.reshape(patches, [batch, times, long, bins, high]), [0, 1, 3, 2, 4])
  return tf.reshape(apart, [batch, times * bins, long * high])
}

/**
 * Where each piece lies, as sines and cosines (Vaswani et al., NeurIPS 2017, 3.5; in two dimensions as in MAE): the first
 * half of the numbers tells the time, the second the band. Row-major pieces x width.
 *
 * @param width a multiple of 4
 */
export function positions({ times, bins }: { times: number; bins: number }, width: number): Float32Array {
  const quarter = width / 4
  const out = new Float32Array(times * bins * width)
  for (let place = 0; place < times * bins; place++)
    for (const [half, at] of [Math.floor(place / bins), place % bins].entries())
      for (let wave = 0; wave < quarter; wave++) {
        const angle = at / 10_000 ** (wave / quarter)
        const first = place * width + half * 2 * quarter + wave
        out[first] = Math.sin(angle)
        out[first + quarter] = Math.cos(angle)
      }
  return out
}
