import test from 'ava'
import stage, { triplet } from '../../../stages/losses/triplet.js'
import { checkGradient, normal } from '../../engine/finite-differences.js'
import { near } from '../../engine/near.js'
import { engine, tensorOf } from '../../engine/started.js'
import { agreesWithPyTorch, chanceOf, objective, staysFinite } from './objectives.js'

const { tf } = engine

/** Points on the unit circle, by angles in degrees. */
function circle(...angles: number[]) {
  const data = angles.flatMap(angle => [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)])
  return tensorOf({ shape: [angles.length, 2], data })
}
/** Squared distance of two of them. */
const apart = (degrees: number) => 2 - 2 * Math.cos((degrees * Math.PI) / 180)

test('triplet: value and gradients agree with loops over views in PyTorch', t => agreesWithPyTorch(t, stage))

test('triplet: stays finite', t => {
  staysFinite(t, stage)
  staysFinite(t, stage, 2)
})

test('triplet: gradient against differences', t => {
  const inputs = [normal([4, 5], 'a'), normal([4, 5], 'b')]
  checkGradient(t, (a, b) => triplet(engine, a!, b!, 1), inputs, { step: 1e-3 })
})

test('embeddings all alike are at the level named as chance: the margin', t => {
  const { loss } = objective(stage, { margin: 0.3 }, 16, 8)
  near(t, loss(tf.ones([16, 8]), tf.ones([16, 8])).dataSync(), [0.3])
  t.is(chanceOf(stage, { margin: 0.3 }, 16, 8), 0.3)
})

test('partners alike and others at right angles cost nothing up to a margin of 2, and what is beyond', t => {
  for (const [margin, expected] of [
    [1.9, 0],
    [2.5, 0.5],
  ] as const)
    near(t, triplet(engine, tf.eye(6), tf.eye(6), margin).dataSync(), [expected])
})

test('the negative is the nearest beyond the partner, or the furthest if none is beyond', t => {
  // partners at 0 and 40 degrees, the other clip's views at 30 and 100
  const margin = 2
  const terms = [
    apart(40) - apart(100), // from 0: 30 is nearer than the partner
    apart(40) - apart(60), // from 40: 10 is nearer than the partner
    apart(70) - apart(30), // from 30: neither 30 nor 10 is beyond, the furthest
    apart(70) - apart(100), // from 100: 60 is nearer than the partner
  ]
  const expected = terms.reduce((sum, term) => sum + Math.max(0, term + margin), 0) / 4
  near(t, triplet(engine, circle(0, 30), circle(40, 100), margin).dataSync(), [expected])
})

test('the length of an embedding does not matter', t => {
  const [a, b] = [circle(0, 30, 200), circle(40, 100, 250)]
  const longer = tf.mul(a, tensorOf({ shape: [3, 1], data: [2, 0.1, 30] }))
  near(t, triplet(engine, longer, b, 1).dataSync(), triplet(engine, a, b, 1).dataSync())
})
