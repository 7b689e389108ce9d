import test from 'ava'
import type { Tensor } from '../../../engine/engine.js'
import classifier from '../../../stages/heads/classifier.js'
import type { Port } from '../../../stages/ports.js'
import { near } from '../../engine/near.js'
import { engine, weightsFrom } from '../../engine/started.js'
import { builder, outOf } from '../built.js'

const { tf } = engine

const ports: Record<string, Port> = {
  from: { kind: 'batch', size: 2, of: { kind: 'embedding', size: 3 } },
  targets: { kind: 'batch', size: 2, of: { kind: 'label', classes: 4 } },
}

test('a logit a class of the targets', t => {
  t.deepEqual(outOf(classifier, {}, ports), { kind: 'batch', size: 2, of: { kind: 'embedding', size: 4 } })
})

test('is one dense layer, and does not look at the targets', t => {
  const weights = weightsFrom(1)
  const head = builder(classifier, {}, ports)(weights.scope)
  t.deepEqual(
    weights.all.map(({ name, shape }) => [name, shape]),
    [
      ['weight', [3, 4]],
      ['bias', [4]],
    ],
  )
  const [weight, bias] = weights.all.map(weight => weight.read()) as [Tensor, Tensor]
  const x = tf.tensor2d([1, 2, 3, -1, 0, 0.5], [2, 3])
  const expected = tf.add(tf.matMul(x, weight), bias)
  near(t, head({ from: x }, { training: false }).dataSync(), expected.dataSync())
})

test('with hidden units: dense, ReLU, dense', t => {
  const weights = weightsFrom(2)
  const head = builder(classifier, { hidden: 5 }, ports)(weights.scope)
  const byName = Object.fromEntries(
    weights.all.map(({ name, shape }, i) => [name, { shape, value: weights.all[i]!.read() }]),
  )
  t.deepEqual(
    Object.entries(byName).map(([name, { shape }]) => [name, shape]),
    [
      ['hidden.weight', [3, 5]],
      ['hidden.bias', [5]],
      ['weight', [5, 4]],
      ['bias', [4]],
    ],
  )
  const of = (name: string) => byName[name]!.value
  const x = tf.tensor2d([1, 2, 3, -1, 0, 0.5], [2, 3])
  const inner = tf.relu(tf.add(tf.matMul(x, of('hidden.weight')), of('hidden.bias')))
  const expected = tf.add(tf.matMul(inner, of('weight')), of('bias'))
  near(t, head({ from: x }, { training: false }).dataSync(), expected.dataSync())
})
