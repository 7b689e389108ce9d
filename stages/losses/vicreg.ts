import { z } from 'zod'
import type { Amount, Engine, Tensor } from '../../engine/engine.js'
import { batchOf, describeStage, embedding, pair } from '../contract.js'
import { demandOthers } from './other-clips.js'

/** VICReg (Bardes et al., ICLR 2022, 4.1): invariance, variance and covariance, without any negatives. */
export default describeStage({
  name: 'vicreg',
  runsIn: 'tensor',
  role: 'loss',
  summary:
    'Views alike, dimensions spread out and uncorrelated; no negatives. Its chance: the loss of embeddings all alike.',
  source: 'Bardes, Ponce and LeCun, ICLR 2022, 4.1',
  parameters: z.strictObject({
    invariance: z.number().min(0).max(1e4).default(25).describe('weight of the squared distance between partners'),
    variance: z.number().min(0).max(1e4).default(25).describe('weight of the hinge that keeps deviations at 1'),
    covariance: z.number().min(0).max(1e4).default(1).describe('weight of the squared covariances of dimensions'),
  }),
  changes: ['invariance', 'variance', 'covariance'],
  in: { from: batchOf(pair(embedding)) },
  // Without negatives there is no guess; the level is that of embeddings all alike, which the hinge alone notices
  out: ({ from }, { variance }) => {
    demandOthers(from)
    return { kind: 'loss', chance: variance * (1 - Math.sqrt(EPSILON)) }
  },
  build:
    weights =>
    engine =>
    ({ from: { a, b } }, { now }) =>
      vicreg(engine, a, b, { ...weights, ...now }),
})

/** Under the root of the variance, as the authors have it. */
const EPSILON = 1e-4

export interface VicregWeights {
  invariance: Amount
  variance: Amount
  covariance: Amount
}

/**
 * invariance * mean (a - b)^2 + variance * mean over both sides and all dimensions of max(0, 1 - deviation) + covariance
 * * sum over both sides of (squares of the covariance matrix off its diagonal) / size. Variances and covariances are over
 * the batch, divided by N - 1. Embeddings all alike cost variance * 0.99.
 *
 * @param a [N, size], N of at least 2 (with one clip variances are taken as 0)
 * @param b [N, size], row by row of the same clips
 * @returns scalar
 */
export function vicreg(engine: Engine, a: Tensor, b: Tensor, weights: VicregWeights): Tensor {
  const { tf } = engine
  const sides = [a, b].map(side => spread(engine, side))
  const hinge = tf.div(tf.add(sides[0]!.hinge, sides[1]!.hinge), 2)
  const covariances = tf.add(sides[0]!.covariances, sides[1]!.covariances)
  const apart = tf.mean(tf.square(tf.sub(a, b)))
  return tf.addN([
    tf.mul(weights.invariance, apart),
    tf.mul(weights.variance, hinge),
    tf.mul(weights.covariance, covariances),
  ])
}

function spread({ tf }: Engine, side: Tensor): { hinge: Tensor; covariances: Tensor } {
  const [clips, size] = side.shape as [number, number]
  const centred = tf.sub(side, tf.mean(side, 0, true))
  const covariance = tf.div(tf.matMul(centred, centred, true), Math.max(1, clips - 1))
  const diagonal = tf.eye(size)
  const variances = tf.sum(tf.mul(covariance, diagonal), 0)
  const hinge = tf.mean(tf.relu(tf.sub(1, tf.sqrt(tf.add(variances, EPSILON)))))
  const covariances = tf.div(tf.sum(tf.square(tf.mul(covariance, tf.sub(1, diagonal)))), size)
  return { hinge, covariances }
}
