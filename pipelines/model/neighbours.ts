/** The nearest neighbours of every embedding among those of others, with TensorFlow: exact, a block of rows at a time. */
import type { Engine } from '../../engine/engine.js'

/** Rows whose similarities to all others are in memory at once. */
const BLOCK = 256

export interface Neighbourhood {
  /** Row-major, rows x size. */
  vectors: Float32Array
  size: number
  /** Whose each row is; rows of one owner are no neighbours of each other. */
  owners: Int32Array
  k: number
}

/** @returns for each row the numbers of the `k` rows most similar by cosine, the most similar first, row-major */
export function nearestOfOthers({ tf }: Engine, { vectors, size, owners, k }: Neighbourhood): Int32Array {
  const rows = owners.length
  const found = new Int32Array(rows * k)
  tf.tidy(() => {
    const all = tf.tensor2d(vectors, [rows, size])
    const unit = tf.div(all, tf.maximum(tf.norm(all, 2, 1, true), 1e-12)) as typeof all
    const owner = tf.tensor1d(owners, 'int32')
    for (let from = 0; from < rows; from += BLOCK) {
      const count = Math.min(BLOCK, rows - from)
      const indices = tf.tidy(() => {
        const similarity = tf.matMul(unit.slice(from, count), unit, false, true)
        const own = tf.equal(tf.expandDims(owner.slice(from, count), 1), tf.expandDims(owner, 0))
        return tf.topk(tf.sub(similarity, tf.mul(tf.cast(own, 'float32'), BEYOND)), k).indices
      })
      found.set(indices.dataSync() as Int32Array, from * k)
      indices.dispose()
    }
  })
  return found
}

/** Makes any similarity smaller than any other. */
const BEYOND = 4
