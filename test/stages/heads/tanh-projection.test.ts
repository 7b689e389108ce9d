import test from 'ava'
import { lossAndGradients } from '../../../engine/gradients.js'
import stage from '../../../stages/heads/tanh-projection.js'
import type { Port } from '../../../stages/ports.js'
import { near } from '../../engine/near.js'
import { engine, fixture, stateOf, tensorOf, weightsFrom } from '../../engine/started.js'
import { builder, outOf } from '../built.js'

const { tf } = engine

interface Numbers {
  shape: number[]
  data: number[]
}
interface Case {
  x: Numbers
  towards: Numbers
  value: number[]
  towardsX: number[]
  weights: Record<string, Numbers>
  gradients: Record<string, number[]>
  rounding: { value: number; towardsX: number; gradients: Record<string, number> }
}

const embedding = (size: number): Port => ({ kind: 'batch', of: { kind: 'embedding', size }, size: 5 })

test('value and gradients agree with PyTorch', t => {
  const expected = fixture<Record<string, Case>>('objectives/cases.json')['tanh-projection']!
  const { rounding } = expected
  const weights = weightsFrom(1)
  const head = builder(stage, { width: 4 }, { from: embedding(6) })(weights.scope)
  weights.load(stateOf(expected.weights))
  const [x, towards] = [tensorOf(expected.x), tensorOf(expected.towards)]
  const run = () => head({ from: x }, { training: true })
  near(t, run().dataSync(), expected.value, 'value', { rounding: rounding.value })
  const weighted = () => tf.sum(tf.mul(run(), towards))
  const { gradients } = lossAndGradients(engine, weights.trainable, weighted)
  t.is(gradients.length, Object.keys(expected.gradients).length)
  weights.trainable.forEach(({ name }, index) => {
    near(t, gradients[index]!.dataSync(), expected.gradients[name]!, name, { rounding: rounding.gradients[name]! })
  })
  const { grads } = tf.engine().gradients(weighted, [x])
  near(t, grads[0]!.dataSync(), expected.towardsX, 'towards the input', { rounding: rounding.towardsX })
})

test('the port that leaves has the width', t => {
  const port = outOf(stage, { width: 32 }, { from: embedding(6) })
  t.deepEqual(port, { kind: 'batch', of: { kind: 'embedding', size: 32 }, size: 5 })
})
