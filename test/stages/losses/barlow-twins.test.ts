import test from 'ava'
import stage, { barlowTwins } from '../../../stages/losses/barlow-twins.js'
import { checkGradient, normal } from '../../engine/finite-differences.js'
import { near } from '../../engine/near.js'
import { engine, tensorOf } from '../../engine/started.js'
import { agreesWithPyTorch, chanceOf, objective, staysFinite } from './objectives.js'

const { tf } = engine

test('barlow-twins: value and gradients agree with PyTorch', t => agreesWithPyTorch(t, stage))

test('barlow-twins: stays finite', t => {
  staysFinite(t, stage)
  staysFinite(t, stage, 2)
})

test('barlow-twins: gradient against differences', t => {
  checkGradient(t, (a, b) => barlowTwins(engine, a!, b!, 0.5), [normal([6, 3], 'a'), normal([6, 3], 'b')])
})

test('embeddings all alike are at the level named as chance: one a dimension', t => {
  const { loss } = objective(stage, {}, 16, 8)
  near(t, loss(tf.ones([16, 8]), tf.ones([16, 8])).dataSync(), [8])
  t.is(chanceOf(stage, {}, 16, 8), 8)
})

test('uncorrelated dimensions cost nothing whatever their scale and offset; correlated ones the redundancy', t => {
  const a = tensorOf({ shape: [4, 2], data: [1, 1, 1, -1, -1, 1, -1, -1] })
  const b = tf.add(tf.mul(a, tensorOf({ shape: [2], data: [30, 5] })), 7)
  near(t, [1 + barlowTwins(engine, a, b, 1).dataSync()[0]!], [1])
  const twice = tf.concat([a.slice([0, 0], [4, 1]), a.slice([0, 0], [4, 1])], 1)
  // the epsilon under the deviation, 1e-5, is in no closed form
  near(t, barlowTwins(engine, twice, twice, 0.25).dataSync(), [0.5], 'alike', { inexact: 2e-5 })
  near(t, barlowTwins(engine, a, tf.neg(a), 0.25).dataSync(), [8], 'opposite', { inexact: 2e-4 })
})
