/** Which reference each source of a batch is given to, found by TensorFlow: nothing is read on the way. */
import type { Engine, Tensor } from '../../engine/engine.js'
import { besideTape } from '../../engine/operations/differentiable.js'
import { energies } from './thresholded-snr.js'

export interface Sorting {
  /** Ratio of energies below which an error counts no less. */
  threshold: number
  /** Whether a pair with a silent side has to be made by one source alone: see `singleAssignment`. */
  single: boolean
}

/**
 * What `bestAssignment` and `singleAssignment` find, example by example: all 2^M ways are tried, from the products of
 * sources and references; of equal ones the first.
 *
 * @param sources [batch, M, samples]
 * @param references [batch, 2, samples]
 * @returns [batch, M], whole numbers: 0 or 1
 */
export function sortSources(engine: Engine, sources: Tensor, references: Tensor, sorting: Sorting): Tensor {
  const { tf } = engine
  return besideTape(tf, () => {
    const among = tf.matMul(sources, sources, false, true)
    const cross = tf.matMul(references, sources, false, true)
    const own = energies(engine, references)
    const best = tryAll(engine, among, cross, own, sorting.threshold)
    return sorting.single ? onlyOne(engine, among, cross, own, best) : best
  })
}

function tryAll({ tf }: Engine, among: Tensor, cross: Tensor, own: Tensor, threshold: number): Tensor {
  const count = among.shape[1]!
  const codes = tf.tensor2d(
    Float32Array.from({ length: 2 ** count * count }, (_, at) => (Math.floor(at / count) >> (at % count)) & 1),
    [2 ** count, count],
  )
  const scales = tf.where(tf.greater(own, 0), own, tf.sum(own, 1, true))
  const losses = [tf.sub(1, codes), codes].map((chosen, reference) => {
    const of = (tensor: Tensor) => tf.slice(tensor, [0, reference], [-1, 1])
    const products = tf.squeeze(tf.slice(cross, [0, reference, 0], [-1, 1, -1]), [1])
    const mixed = tf.sum(tf.mul(tf.matMul(chosen.expandDims(0), among), chosen), 2)
    const without = tf.matMul(products, chosen, false, true)
    const error = tf.relu(tf.add(tf.sub(of(own), tf.mul(2, without)), mixed))
    const scale = of(scales)
    return tf.log(tf.add(tf.div(error, tf.where(tf.greater(scale, 0), scale, tf.onesLike(scale))), threshold))
  })
  const best = tf.argMin(tf.add(losses[0]!, losses[1]!), 1)
  return tf.cast(tf.gather(codes, best), 'int32')
}

/** Where one reference is silent, the source that is nearest to the other is all of it. */
function onlyOne({ tf }: Engine, among: Tensor, cross: Tensor, own: Tensor, best: Tensor): Tensor {
  const count = best.shape[1]!
  const first = tf.greater(tf.slice(own, [0, 0], [-1, 1]), 0)
  const silent = tf.logicalNot(tf.all(tf.greater(own, 0), 1, true))
  const lane = (at: number) => tf.squeeze(tf.slice(cross, [0, at, 0], [-1, 1, -1]), [1])
  const diagonal = tf.sum(tf.mul(among, tf.eye(count)), 2)
  const wide = (flag: Tensor) => tf.tile(flag, [1, count])
  const error = tf.sub(diagonal, tf.mul(2, tf.where(wide(first), lane(0), lane(1))))
  const isNearest = tf.equal(tf.range(0, count, 1, 'int32'), tf.expandDims(tf.argMin(error, 1), 1))
  const others = tf.where(wide(first), tf.logicalNot(isNearest), isNearest)
  return tf.where(wide(silent), tf.cast(others, 'int32'), best)
}
