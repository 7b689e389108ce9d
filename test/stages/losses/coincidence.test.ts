import test from 'ava'
import stage, { coincidence } from '../../../stages/losses/coincidence.js'
import { near } from '../../engine/near.js'
import { engine, tensorOf } from '../../engine/started.js'
import { agreesWithPyTorch, chanceOf, objective, staysFinite } from './objectives.js'

const { tf } = engine

test('value and gradients agree with a network on every concatenation in PyTorch', t => agreesWithPyTorch(t, stage))

test('coincidence: stays finite', t => staysFinite(t, stage))

test('logits that say nothing are at chance: 2 ln 2, whatever the batch', t => {
  for (const clips of [2, 7]) {
    near(t, coincidence(engine, tf.zeros([clips, clips])).dataSync(), [2 * Math.LN2])
    t.is(chanceOf(stage, {}, clips, 8), 2 * Math.LN2)
  }
})

test('a network without weights is at chance', t => {
  const { weights, loss } = objective(stage, { hidden: 3 }, 5, 4)
  for (const weight of weights.trainable) weight.assign(tf.zeros([...weight.shape]))
  near(t, loss(tf.randomNormal([5, 4]), tf.randomNormal([5, 4])).dataSync(), [2 * Math.LN2])
})

test('both classes count alike: one wrong pair costs as much as all of its wrong combinations', t => {
  const sure = 20
  const never = tf.fill([6, 6], -sure)
  const always = tf.fill([6, 6], sure)
  near(t, coincidence(engine, never).dataSync(), [sure])
  near(t, coincidence(engine, always).dataSync(), [sure])
})

test('a known table of logits', t => {
  const softplus = (x: number) => Math.log1p(Math.exp(x))
  const expected = (softplus(-2) + softplus(1)) / 2 + (softplus(3) + softplus(-1)) / 2
  const logits = tensorOf({ shape: [2, 2], data: [2, 3, -1, -1] })
  near(t, coincidence(engine, logits).dataSync(), [expected])
})

test('of one clip alone there are no others', t => {
  near(t, coincidence(engine, tf.zeros([1, 1])).dataSync(), [Math.LN2])
})
