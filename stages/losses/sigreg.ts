import { z } from 'zod'
import type { Engine, Tensor, Weight } from '../../engine/engine.js'
import { FLOAT32, INT32 } from '../../engine/operations/raw.js'
import { batchOf, describeStage, embedding, views } from '../contract.js'
import { tensorsInOrder } from '../each-view.js'
import { demandOthers } from './other-clips.js'

/** SIGReg (LeJEPA): views near their mean, embeddings an isotropic Gaussian, without negatives or a teacher. */
export default describeStage({
  name: 'sigreg',
  runsIn: 'tensor',
  role: 'loss',
  summary:
    'Views of a clip alike, and embeddings of the batch normally distributed in every direction. Its chance: embeddings all 0.',
  source: 'Balestriero and LeCun, arXiv 2511.08544 (LeJEPA); rbalestr-lab/lejepa',
  parameters: z.strictObject({
    share: z.number().min(0).max(1).default(0.05).describe('of the distribution; the rest is that of likeness'),
    slices: z
      .int()
      .min(1)
      .max(8192)
      .default(256)
      .describe('random directions along which the distribution is looked at, others at each step'),
  }),
  in: { from: batchOf(views(embedding)) },
  out: ({ from }, { share: weight }) => {
    demandOthers(from)
    const alike = POINTS.reduce((sum, { share, normal }) => sum + share * (1 - normal) ** 2, 0)
    return { kind: 'loss', chance: weight * from.size * alike }
  },
  build:
    ({ share, slices }, { from }) =>
    (engine, scope) => {
      const size = from.of.of.size
      const seed = scope.statistic('seed', [1], (_, draws) => Float32Array.of(Math.floor(draws.uniform(0, 2 ** 22))))
      return ({ from }) => {
        const directions = nextDirections(engine, seed, [size, slices])
        return sigreg(engine, tensorsInOrder(engine, from), directions, share)
      }
    },
})

/** Where characteristic functions are compared, from 0 to 3; the other half is its mirror image. */
const POINTS = Array.from({ length: 17 }, (_, at) => {
  const place = (3 * at) / 16
  const normal = Math.exp(-(place ** 2) / 2)
  return { place, normal, share: normal * (3 / 16) * (at === 0 || at === 16 ? 1 : 2) }
})

/**
 * (1 - weight) times the mean squared distance of the views to their mean over all views of the clip, and weight times
 * the statistic of Epps and Pulley, mean over the directions and the views: N times the integral of |c(t) - n(t)|^2 n(t),
 * c the characteristic function of the batch along a direction, n that of a standard normal.
 *
 * @param views V embeddings [N, size], row by row of the same clips
 * @param directions [size, slices], each of length 1
 * @returns scalar
 */
export function sigreg({ tf }: Engine, views: readonly Tensor[], directions: Tensor, weight: number): Tensor {
  const clips = views[0]!.shape[0]!
  const row = (of: (point: (typeof POINTS)[number]) => number) => tf.tensor(POINTS.map(of), [1, POINTS.length])
  const [places, normals, shares] = [row(({ place }) => place), row(({ normal }) => normal), row(({ share }) => share)]
  const middle = tf.div(tf.addN([...views]), views.length)
  const terms = views.map(view => {
    const apart = tf.mean(tf.square(tf.sub(view, middle)))
    const angles = tf.mul(tf.expandDims(tf.matMul(view, directions), 2), tf.expandDims(places, 0))
    const [real, imaginary] = [tf.mean(tf.cos(angles), 0), tf.mean(tf.sin(angles), 0)]
    const off = tf.add(tf.square(tf.sub(real, normals)), tf.square(imaginary))
    const test = tf.mul(tf.mean(tf.sum(tf.mul(off, shares), 1)), clips)
    return tf.add(tf.mul(apart, 1 - weight), tf.mul(test, weight))
  })
  return tf.div(tf.addN(terms), views.length)
}

/** Columns of length 1, evenly over all directions; `seed` counts on, so that a run that goes on draws what comes next. */
function nextDirections({ tf, operations: { raw } }: Engine, seed: Weight, shape: readonly number[]): Tensor {
  const key = tf.concat([tf.cast(seed.read(), 'int32'), tf.zeros([1], 'int32')])
  seed.assign(tf.add(seed.read(), 1))
  const types = { dtype: FLOAT32, T: INT32, Tseed: INT32 }
  const drawn = raw.one('StatelessRandomNormal', raw.attributes({ types }), [raw.shape(shape), key])
  return tf.div(drawn, tf.norm(drawn, 2, 0, true))
}
