/** Patches as the pictures that a convolution takes: one channel, or those of `stack`. */
import type { Engine, Tensor } from '../../engine/engine.js'

/** [batch, frames, bands] to [batch, frames, bands, 1]; what has channels already stays as it is. */
export const imageOf = ({ tf }: Engine, patches: Tensor): Tensor =>
  patches.rank === 4 ? patches : tf.expandDims(patches, 3)
