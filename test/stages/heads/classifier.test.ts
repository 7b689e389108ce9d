import test from 'ava'
import classifier from '../../../stages/heads/classifier.js'
import type { Port } from '../../../stages/ports.js'
import { engine, near, weightsFrom } from '../../engine/started.js'
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
  const [weight, bias] = weights.all.map(weight => weight.read())
  const x = tf.tensor2d([1, 2, 3, -1, 0, 0.5], [2, 3])
  const expected = tf.add(tf.matMul(x, weight as never), bias!)
  near(t, head({ from: x }, { training: false }).dataSync(), expected.dataSync(), 1e-6)
})
