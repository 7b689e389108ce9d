import test from 'ava'
import { Problem } from '../../data/problem.js'
import type { Tensor } from '../../engine/engine.js'
import { clipToNorm, globalNorm, lossAndGradients } from '../../engine/gradients.js'
import { uniformByFanIn, zeros } from '../../engine/layers/initial.js'
import { adaptedScope, merged } from '../../engine/low-rank.js'
import type { Variable } from '../../engine/variable.js'
import { near } from './near.js'
import { engine, fixture, stateOf, tensorOf, weightsFrom } from './started.js'

const { tf } = engine

test('a start value depends on seed and name alone', t => {
  const one = weightsFrom(1)
  const other = weightsFrom(1)
  one.scope.weight('before', [3], uniformByFanIn(3))
  const a = one.scope.within('encoder').weight('filter', [2, 3], uniformByFanIn(3))
  const b = other.scope.weight('encoder.filter', [2, 3], uniformByFanIn(3))
  t.deepEqual(a.read().dataSync(), b.read().dataSync())
  t.notDeepEqual(
    a.read().dataSync(),
    weightsFrom(2).scope.weight('encoder.filter', [2, 3], uniformByFanIn(3)).read().dataSync(),
  )
  t.true(
    a
      .read()
      .dataSync()
      .every(value => Math.abs(value) <= 1 / Math.sqrt(3)),
  )
})

test('a name is taken once', t => {
  const { scope } = weightsFrom(1)
  scope.weight('w', [1], zeros)
  t.throws(() => scope.weight('w', [1], zeros), { message: /'w' is made twice/ })
})

test('weights of another model are refused, every difference named, nothing changed', t => {
  const weights = weightsFrom(1)
  weights.scope.weight('same', [2], () => Float32Array.of(1, 2))
  weights.scope.weight('missing', [1], zeros)
  weights.scope.weight('bent', [2, 2], zeros)
  const state = new Map([
    ['same', { shape: [2], data: Float32Array.of(8, 9) }],
    ['bent', { shape: [4], data: new Float32Array(4) }],
    ['extra', { shape: [1], data: new Float32Array(1) }],
  ])
  const problem = t.throws(() => weights.load(state), { instanceOf: Problem })
  for (const part of ['missing: missing', 'not in this model: extra', 'bent is [4], expected [2 x 2]'])
    t.true(problem.message.includes(part), problem.message)
  t.deepEqual([...weights.all[0]!.read().dataSync()], [1, 2])
})

test('a weight keeps its own copy of what it was given', t => {
  const weights = weightsFrom(1)
  const weight = weights.scope.weight('w', [64], () => new Float32Array(64).fill(1))
  const given = { shape: [64], data: new Float32Array(64).fill(2) }
  weights.load(new Map([['w', given]]))
  given.data.fill(3)
  t.true(
    weight
      .read()
      .dataSync()
      .every(value => value === 2),
  )
  const kept = weights.state()
  weight.assign(tf.zeros([64]))
  t.true(kept.get('w')!.data.every(value => value === 2))
})

test('gradients stand in the order of the weights; zeros where the loss does not look', t => {
  const weights = weightsFrom(1)
  const a = weights.scope.weight('a', [2], () => Float32Array.of(1, 2))
  weights.scope.weight('unused', [3], zeros)
  const c = weights.scope.weight('c', [2], () => Float32Array.of(5, 7))
  const before = tf.memory().numTensors
  const { loss, gradients } = lossAndGradients(engine, weights.trainable, () =>
    tf.sum(tf.mul(a.read(), tf.square(c.read()))),
  )
  t.is(loss.dataSync()[0], 123)
  t.deepEqual(
    gradients.map(gradient => [...gradient.dataSync()]),
    [
      [25, 49],
      [0, 0, 0],
      [10, 28],
    ],
  )
  tf.dispose([loss, ...gradients])
  for (const weight of weights.trainable as Variable[]) weight.release()
  t.is(tf.memory().numTensors, before)
})

test('clipping scales all gradients together, and only if they are too long', t => {
  const make = () => [tensorOf({ shape: [2], data: [3, 0] }), tensorOf({ shape: [1], data: [4] })]
  t.is(globalNorm(engine, make()).dataSync()[0], 5)
  const gradients = clipToNorm(engine, make(), tf.scalar(5), 1)
  near(
    t,
    gradients.flatMap(gradient => [...gradient.dataSync()]),
    [0.6, 0, 0.8],
  )
  const untouched = clipToNorm(engine, make(), tf.scalar(5), 10)
  t.deepEqual(
    untouched.flatMap(gradient => [...gradient.dataSync()]),
    [3, 0, 4],
  )
})

interface Numbers {
  shape: number[]
  data: number[]
}
interface Adapted {
  x: Numbers
  weight: Numbers
  down: Numbers
  up: Numbers
  towards: Numbers
  value: number[]
  merged?: number[]
  gradients: { down: number[]; up: number[] }
  rounding: { value: number; merged?: number; gradients: { down: number; up: number } }
}
const lowRank = fixture<{ rank: number; alpha: number; dense: Adapted; convolution: Adapted }>('low-rank/case.json')

for (const kind of ['dense', 'convolution'] as const) {
  test(`low-rank adapters of a ${kind} layer: values, gradients and merged weights as PyTorch has them`, t => {
    const { x, weight, down, up, towards, value, gradients, rounding, ...given } = lowRank[kind]
    const { rank, alpha } = lowRank
    const weights = weightsFrom(1)
    const scope = adaptedScope(engine, weights.scope.within('layer'), { rank, alpha })
    const adapted = scope.weight('weight', weight.shape, zeros)
    weights.load(
      new Map([
        ...stateOf({ 'layer.weight': weight, 'layer.weight.adapter.down': down, 'layer.weight.adapter.up': up }),
        ['layer.weight.adapter.factor', { shape: [1], data: Float32Array.of(alpha / rank) }],
      ]),
    )
    const run = (by: Tensor) =>
      kind === 'dense'
        ? tf.matMul(tensorOf(x), by)
        : engine.operations.convolution(tensorOf(x), by, { stride: 1, padding: 1, inputGradient: false })
    near(t, run(adapted.read()).dataSync(), value, 'value', { rounding: rounding.value })
    const found = lossAndGradients(engine, weights.trainable, () =>
      tf.sum(tf.mul(run(adapted.read()), tensorOf(towards))),
    )
    const [, ...ofAdapter] = found.gradients // the first is of the weight itself, which a model leaves out
    for (const [at, part] of (['down', 'up'] as const).entries())
      near(t, ofAdapter[at]!.dataSync(), gradients[part], part, { rounding: rounding.gradients[part] })
    const plain = merged(weights.state())
    t.deepEqual([...plain.keys()], ['layer.weight'])
    if (given.merged) near(t, plain.get('layer.weight')!.data, given.merged, 'merged', { rounding: rounding.merged! })
    near(t, plain.get('layer.weight')!.data, adapted.read().dataSync(), 'merged')
  })
}

test('adapters begin without an effect, at the layers that are named, and not at vectors', t => {
  const weights = weightsFrom(1)
  const scope = adaptedScope(engine, weights.scope, { rank: 2, alpha: 4, layers: ['block1'] })
  scope.within('block1').weight('bias', [3], uniformByFanIn(3))
  scope.within('block10').weight('filter', [2, 3], uniformByFanIn(2))
  const filter = scope.within('block1').weight('filter', [2, 3], uniformByFanIn(2))
  const parts = ['down', 'up', 'factor'].map(part => `block1.filter.adapter.${part}`)
  t.deepEqual(
    weights.all.map(({ name }) => name),
    ['block1.bias', 'block10.filter', 'block1.filter', ...parts],
  )
  t.deepEqual([...filter.read().dataSync()], [...weights.state().get('block1.filter')!.data])
})
