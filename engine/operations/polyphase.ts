import type { Tensor } from '../tensor.js'
import { differentiable } from './differentiable.js'
import { FLOAT32, INT32, type Raw } from './raw.js'

/**
 * Adaptive polyphase selection (Chaman and Dokmanic, CVPR 2021): takes every second row and column of
 * [batch, height, width, channels], float32 or bfloat16. Of the four grids there are, each example keeps the one of the
 * largest norm: `l1`, the sum of absolute values over height, width and channels, or `matrix`, the largest of such sums of
 * the channels. So a shift of the image changes which grid it is, and not what is kept. Equal norms: the first in the order (even, even), (even row, odd column), (odd, even), (odd, odd). The
 * gradient goes to the numbers that were kept.
 *
 * @throws RangeError unless height and width are even
 */
export function polyphase(raw: Raw) {
  const { tf } = raw
  const apart = raw.byType(T => ({ types: { T, Tblock_shape: INT32, Tpaddings: INT32 } }))
  const together = raw.byType(T => ({ types: { T, Tblock_shape: INT32, Tcrops: INT32 } }))
  const gathering = raw.byType(Tparams => ({
    types: { Tparams, Tindices: INT32, Taxis: INT32 },
    integers: { batch_dims: 0 },
  }))
  const scattering = raw.byType(T => ({ types: { T, Tindices: INT32 } }))
  const two = () => raw.shape([2, 2])
  const none = () => raw.matrix([0, 0, 0, 0], 2)

  /** Of [4 batch, height, width, channels], grid after grid, the row of each example's largest: int32 [batch]. */
  const largest = (grids: Tensor, batch: number, criterion: 'l1' | 'matrix') =>
    tf.tidy(() => {
      const byChannel = tf.sum(tf.abs(raw.cast(grids, FLOAT32)), [1, 2])
      const norms = criterion === 'l1' ? tf.sum(byChannel, 1) : tf.max(byChannel, 1)
      const choice = tf.argMax(tf.reshape(norms, [4, batch]), 0)
      return tf.add(tf.mul(choice, tf.scalar(batch, 'int32')), tf.range(0, batch, 1, 'int32'))
    })

  return (x: Tensor, criterion: 'l1' | 'matrix' = 'l1') => {
    const [batch, height, width, channels] = x.shape as [number, number, number, number]
    if (height % 2 !== 0 || width % 2 !== 0)
      throw new RangeError(`an image of ${height} x ${width} has no four grids of one size`)
    return differentiable(tf, [x], x => {
      const grids = raw.one('SpaceToBatchND', apart(x!), [x!, two(), none()])
      const rows = largest(grids, batch, criterion)
      const value = raw.one('GatherV2', gathering(grids), [grids, rows, raw.constant(0, INT32)])
      return {
        value,
        saved: [rows],
        backward: (dy, [rows]) => {
          const shape = raw.shape([4 * batch, height / 2, width / 2, channels])
          const scattered = raw.one('ScatterNd', scattering(dy), [tf.reshape(rows!, [batch, 1]), dy, shape])
          return [raw.one('BatchToSpaceND', together(dy), [scattered, two(), none()])]
        },
      }
    })
  }
}
