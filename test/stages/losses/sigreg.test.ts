import type { Scalar } from '@tensorflow/tfjs'
import test from 'ava'
import type { Tensor } from '../../../engine/engine.js'
import stage, { sigreg } from '../../../stages/losses/sigreg.js'
import { near } from '../../engine/near.js'
import { engine, fixture, tensorOf } from '../../engine/started.js'
import { chanceOf, objective, staysFinite } from './objectives.js'

const { tf } = engine

type Numbers = { shape: number[]; data: number[] }
type Towards = { a: number[]; b: number[] }
interface Case {
  parameters: { weight: number }
  a: Numbers
  b: Numbers
  weights: { directions: Numbers }
  loss: number
  towards: Towards
  rounding: { loss: number; towards: { a: number; b: number } }
}

test('value and gradients agree with complex numbers in PyTorch', t => {
  const cases = fixture<{ sigreg: Case[] }>('objectives/cases.json').sigreg
  for (const { parameters, a, b, weights, loss, towards, rounding } of cases) {
    const given = tensorOf(weights.directions)
    const directions = tf.div(given, tf.norm(given, 2, 0, true))
    const of = (...views: Tensor[]) => sigreg(engine, views, directions, parameters.weight) as Scalar
    const { value, grads } = tf.valueAndGrads(of)([tensorOf(a), tensorOf(b)])
    near(t, value.dataSync(), [loss], 'value', { rounding: rounding.loss })
    near(t, grads[0]!.dataSync(), towards.a, 'towards a', { rounding: rounding.towards.a })
    near(t, grads[1]!.dataSync(), towards.b, 'towards b', { rounding: rounding.towards.b })
  }
})

test('sigreg: stays finite', t => staysFinite(t, stage))

test('embeddings all 0 are at the level named as chance', t => {
  const { loss } = objective(stage, {}, 16, 8)
  near(t, loss(tf.zeros([16, 8]), tf.zeros([16, 8])).dataSync(), [chanceOf(stage, {}, 16, 8)])
})

test('a batch that is normally distributed costs far less than one that is not, in directions that are others each time', t => {
  const { loss } = objective(stage, { share: 1 }, 512, 4)
  const normal = tf.randomNormal([512, 4], 0, 1, 'float32', 5)
  const costs = [1, 2, 3].map(() => loss(normal, normal).dataSync()[0]!)
  t.is(new Set(costs).size, 3)
  t.true(Math.max(...costs) < loss(tf.mul(normal, 2), tf.mul(normal, 2)).dataSync()[0]! / 10)
})
