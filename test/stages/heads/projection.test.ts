import test from 'ava'
import { lossAndGradients } from '../../../engine/gradients.js'
import projection from '../../../stages/heads/projection.js'
import type { Port } from '../../../stages/ports.js'
import { near } from '../../engine/near.js'
import { engine, fixture, stateOf, tensorOf, weightsFrom } from '../../engine/started.js'
import { builder } from '../built.js'
import { learnt, millions } from '../encoders/agrees.js'

interface Numbers {
  shape: number[]
  data: number[]
}
interface Case {
  x: Numbers
  towards: Numbers
  weights: Record<string, Numbers>
  value: number[]
  gradients: Record<string, number[]>
  mean: number[]
  variance: number[]
  rounding: { value: number; gradients: Record<string, number>; mean: number; variance: number }
}

const embedding = (size: number): Port => ({ kind: 'batch', of: { kind: 'embedding', size }, size: 5 })

test('value, gradients and running statistics agree with PyTorch', t => {
  const expected = fixture<Case>('projection/case.json')
  const { rounding } = expected
  const weights = weightsFrom(1)
  const head = builder(projection, { hidden: 7, width: 4 }, { from: embedding(6) })(weights.scope)
  weights.load(stateOf(expected.weights))
  const [x, towards] = [tensorOf(expected.x), tensorOf(expected.towards)]
  const { gradients } = lossAndGradients(engine, weights.trainable, () => {
    const value = head({ from: x }, { training: true })
    near(t, value.dataSync(), expected.value, 'value', { rounding: rounding.value })
    return engine.tf.sum(engine.tf.mul(value, towards))
  })
  weights.trainable.forEach((weight, index) => {
    near(t, gradients[index]!.dataSync(), expected.gradients[weight.name]!, weight.name, {
      rounding: rounding.gradients[weight.name]!,
    })
  })
  near(t, weights.state().get('norm.mean')!.data, expected.mean, 'mean', { rounding: rounding.mean })
  near(t, weights.state().get('norm.variance')!.data, expected.variance, 'variance', { rounding: rounding.variance })
})

test("as many weights as uclser20's: 0.526 million behind ResNet-18 and VGG-like, 0.297 million behind CRNN", t => {
  const weights = (size: number) => millions(learnt(projection, embedding(size), { hidden: 512, width: 512 }))
  t.is(weights(512), '0.526')
  t.is(weights(64), '0.297')
})
