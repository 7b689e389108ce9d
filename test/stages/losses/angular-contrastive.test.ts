import test from 'ava'
import stage, { angularMargin } from '../../../stages/losses/angular-contrastive.js'
import { ntXent } from '../../../stages/losses/nt-xent.js'
import { checkGradient, normal } from '../../engine/finite-differences.js'
import { FLOAT64, near } from '../../engine/near.js'
import { engine, tensorOf } from '../../engine/started.js'
import { agreesWithPyTorch, chanceOf, objective, staysFinite } from './objectives.js'

const { tf } = engine

/** Embeddings at angles on the unit circle, degrees. */
const circle = (...angles: number[]) => {
  const data = angles.flatMap(angle => [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)])
  return tensorOf({ shape: [angles.length, 2], data })
}
const radians = (degrees: number) => (degrees * Math.PI) / 180

test('angular-contrastive: value and gradients agree with loops over views in PyTorch', t =>
  agreesWithPyTorch(t, stage))

test('angular-contrastive: stays finite', t => {
  staysFinite(t, stage)
  staysFinite(t, stage, 2)
})

test('angular-contrastive: gradient against differences', t => {
  checkGradient(t, (a, b) => angularMargin(engine, a!, b!, 2), [normal([3, 4], 'a'), normal([3, 4], 'b')])
})

test('embeddings all alike are at the level named as chance', t => {
  const parameters = { alpha: 0.5, margin: 0.7 }
  const { loss } = objective(stage, parameters, 16, 8)
  const chance = chanceOf(stage, parameters, 16, 8)
  near(t, [chance], [0.5 * Math.log(31) + (0.5 * 32 * 30 * 0.49) / 50], 'chance', { unit: FLOAT64 })
  near(t, loss(tf.ones([16, 8]), tf.ones([16, 8])).dataSync(), [chance], 'alike', { inexact: 2e-3 * chance })
})

test('the angular term by its angles: partners squared, others by what is missing to the margin, each pair twice', t => {
  // views of one clip at 0 and 20 degrees, of the other at 30 and 90
  const margin = radians(40)
  const missing = [30, 10].map(apart => (margin - radians(apart)) ** 2)
  const expected = 2 * (radians(20) ** 2 + radians(60) ** 2 + missing[0]! + missing[1]!)
  near(t, angularMargin(engine, circle(0, 30), circle(20, 90), margin).dataSync(), [expected])
})

test('all of it NT-Xent at alpha 1, none at 0', t => {
  const [a, b] = [tensorOf(normal([5, 6], 'a')), tensorOf(normal([5, 6], 'b'))]
  const at = (alpha: number) => objective(stage, { alpha }, 5, 6).loss(a, b).dataSync()
  near(t, at(1), ntXent(engine, [a, b], 0.2).dataSync())
  near(t, at(0), tf.div(angularMargin(engine, a, b, 0.5), 50).dataSync())
})
