import type { Scalar } from '@tensorflow/tfjs'
import test from 'ava'
import type { Tensor } from '../../../engine/engine.js'
import stage, { ntXent, softPartners } from '../../../stages/losses/nt-xent.js'
import type { LossPort } from '../../../stages/ports.js'
import { checkGradient, normal } from '../../engine/finite-differences.js'
import { near } from '../../engine/near.js'
import { engine, fixture, tensorOf, weightsFrom } from '../../engine/started.js'
import { builder, outOf } from '../built.js'

const { tf } = engine

interface Numbers {
  shape: number[]
  data: number[]
}
interface Case {
  temperature: number
  a: Numbers
  b: Numbers
  loss: number
  towardsA: number[]
  towardsB: number[]
  rounding: { loss: number; towardsA: number; towardsB: number }
}

test('nt-xent: value and gradients agree with PyTorch', t => {
  for (const { temperature, a, b, loss, towardsA, towardsB, rounding } of fixture<Case[]>('nt-xent/cases.json')) {
    const [one, other] = [tensorOf(a), tensorOf(b)]
    const { value, grads } = tf.valueAndGrads((a, b) => ntXent(engine, [a!, b!], temperature) as Scalar)([one, other])
    near(t, value.dataSync(), [loss], 'value', { rounding: rounding.loss })
    near(t, grads[0]!.dataSync(), towardsA, 'towards a', { rounding: rounding.towardsA })
    near(t, grads[1]!.dataSync(), towardsB, 'towards b', { rounding: rounding.towardsB })
  }
})

test('any number of views: value and gradients agree with loops over partners in PyTorch', t => {
  type Several = { temperature: number; decoupled: boolean; views: Numbers[]; loss: number; towards: number[][] }
  for (const { temperature, decoupled, views, loss, towards } of fixture<Several[]>('nt-xent/views.json')) {
    const of = (...given: Tensor[]) => ntXent(engine, given, temperature, decoupled) as Scalar
    const { value, grads } = tf.valueAndGrads(of)(views.map(tensorOf))
    near(t, value.dataSync(), [loss])
    for (const [at, expected] of towards.entries()) near(t, grads[at]!.dataSync(), expected)
  }
})

test('soft targets: value and gradients agree with loops in PyTorch; none flows into the targets', t => {
  type Soft = {
    softness: number
    targets: Numbers
    temperature: number
    views: Numbers[]
    loss: number
    towards: number[][]
  }
  for (const { softness, targets, temperature, views, loss, towards } of fixture<Soft[]>('match/soft.json')) {
    const goal = tensorOf(targets)
    const of = (...given: Tensor[]) =>
      ntXent(engine, given, temperature, false, softPartners(engine, goal, softness)) as Scalar
    const { value, grads } = tf.valueAndGrads(of)(views.map(tensorOf))
    near(t, value.dataSync(), [loss])
    for (const [at, expected] of towards.entries()) near(t, grads[at]!.dataSync(), expected)
  }
})

for (const decoupled of [undefined, true])
  test(`one direction for all views of all clips is at the level named as chance${decoupled ? ', decoupled' : ''}`, t => {
    const port = {
      kind: 'batch',
      of: { kind: 'channels', of: { kind: 'embedding', size: 3 }, count: 4 },
      size: 5,
    } as const
    const { chance } = outOf(stage, { decoupled }, { from: port }) as LossPort
    t.is(chance, Math.log(decoupled ? 4 * 4 : 4 * 5 - 1))
    const loss = builder(stage, { decoupled }, { from: port })(weightsFrom(0).scope)
    near(t, loss({ from: tf.ones([5, 4, 3]) }, { training: true }).dataSync(), [chance])
  })

test('nt-xent: gradient against differences', t => {
  checkGradient(t, (a, b) => ntXent(engine, [a!, b!], 0.5), [normal([3, 4], 'a'), normal([3, 4], 'b')])
})

test('embeddings all in one direction are at chance: log(2N - 1)', t => {
  const a = tf.tidy(() => tf.mul(tf.ones([16, 8]), tf.range(1, 17).reshape([16, 1])))
  near(t, ntXent(engine, [a, a], 0.2).dataSync(), [Math.log(31)])
})

test('partners alike and all others orthogonal: -log(e^(1/t) / (e^(1/t) + 2N - 2))', t => {
  const a = tf.eye(8)
  const expected = Math.log(1 + 14 * Math.exp(-2))
  near(t, ntXent(engine, [a, a], 0.5).dataSync(), [expected])
})

test('stays finite for tiny temperatures, huge and zero embeddings', t => {
  const huge = tensorOf(normal([4, 8], 'huge', 1e15))
  for (const [a, temperature] of [
    [huge, 0.001],
    [tf.zeros([4, 8]), 0.2],
  ] as const) {
    const { value, grads } = tf.valueAndGrads(a => ntXent(engine, [a!, a!], temperature) as Scalar)([a as Tensor])
    for (const tensor of [value, ...grads]) t.true(tensor.dataSync().every(Number.isFinite))
  }
})
