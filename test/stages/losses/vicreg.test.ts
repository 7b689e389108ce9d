import test from 'ava'
import stage, { vicreg } from '../../../stages/losses/vicreg.js'
import { checkGradient, normal } from '../../engine/finite-differences.js'
import { FLOAT64, near } from '../../engine/near.js'
import { engine, tensorOf } from '../../engine/started.js'
import { agreesWithPyTorch, chanceOf, objective, staysFinite } from './objectives.js'

const { tf } = engine
const ALL = { invariance: 1, variance: 1, covariance: 1 }
const NONE = { invariance: 0, variance: 0, covariance: 0 }

test('vicreg: value and gradients agree with PyTorch', t => agreesWithPyTorch(t, stage))

test('vicreg: stays finite', t => {
  staysFinite(t, stage)
  staysFinite(t, stage, 2)
})

test('vicreg: gradient against differences', t => {
  checkGradient(t, (a, b) => vicreg(engine, a!, b!, ALL), [normal([5, 3], 'a', 0.5), normal([5, 3], 'b', 0.5)])
})

test('embeddings all alike are at the level named as chance: the hinge, 25 * 0.99', t => {
  const { loss } = objective(stage, {}, 16, 8)
  near(t, loss(tf.ones([16, 8]), tf.ones([16, 8])).dataSync(), [24.75])
  near(t, [chanceOf(stage, {}, 16, 8)], [24.75], 'chance', { unit: FLOAT64 })
})

test('views alike, spread out and uncorrelated cost nothing', t => {
  const a = tensorOf({ shape: [4, 2], data: [1, 1, 1, -1, -1, 1, -1, -1] })
  near(t, vicreg(engine, a, a, ALL).dataSync(), [0])
})

test('each term by its own closed value', t => {
  const a = tensorOf({ shape: [2, 2], data: [0.25, 0.5, -0.25, -0.5] })
  const apart = tf.add(a, tensorOf({ shape: [2], data: [3, 1] }))
  near(t, vicreg(engine, a, apart, { ...NONE, invariance: 1 }).dataSync(), [5])
  // variances 1/8 and 1/2
  const hinge = 1 - (Math.sqrt(1 / 8 + 1e-4) + Math.sqrt(1 / 2 + 1e-4)) / 2
  near(t, vicreg(engine, a, apart, { ...NONE, variance: 1 }).dataSync(), [hinge])
  // covariance 1/4, twice in the matrix, over 2 dimensions, on both sides
  near(t, vicreg(engine, a, apart, { ...NONE, covariance: 1 }).dataSync(), [1 / 8])
})
