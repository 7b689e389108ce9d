import test from 'ava'
import type { Tensor } from '../../../engine/tensor.js'
import stage, { pseudoLabels } from '../../../stages/heads/pseudo-label.js'
import type { Port } from '../../../stages/ports.js'
import { near } from '../../engine/near.js'
import { engine, weightsFrom } from '../../engine/started.js'
import { builder, outOf } from '../built.js'

const { tf } = engine
// probabilities 0.9 0.1, 0.5 0.5 and 0.2 0.8
const logits = tf.log(tf.tensor2d([0.9, 0.1, 0.5, 0.5, 0.2, 0.8], [3, 2]))
const from: Port = { kind: 'batch', size: 3, of: { kind: 'embedding', size: 2 } }

test('where it is sure, 1 at the likeliest class; elsewhere nothing is known: FixMatch by hand', t => {
  const hard = (threshold: number) => [...pseudoLabels(engine, [logits], { threshold }).dataSync()]
  t.deepEqual(hard(0.85), [1, 0, -1, -1, -1, -1])
  t.deepEqual(hard(0.75), [1, 0, -1, -1, 0, 1])
})

test('soft labels are probabilities, sharpened by a temperature below 1', t => {
  const soft = pseudoLabels(engine, [logits], { threshold: 0.75, temperature: 0.5 }).dataSync()
  near(t, soft, [81 / 82, 1 / 82, -1, -1, 1 / 17, 16 / 17])
})

test('of two views the mean probability is sharpened, and what is known stays: MixMatch by hand', t => {
  // means: 0.6 0.4, 0.5 0.5 and 0.5 0.5
  const other = tf.log(tf.tensor2d([0.3, 0.7, 0.5, 0.5, 0.8, 0.2], [3, 2]))
  const known = tf.tensor2d([-1, -1, 0, 1, -1, -1], [3, 2])
  const ports = {
    from: { ...from, of: { kind: 'pair', of: from.of } },
    known: { ...from, of: { kind: 'label', classes: 2 } },
  } as const
  const of = builder(stage, { labels: 'soft', threshold: 0, temperature: 0.5 }, ports)(weightsFrom(1).scope)
  const goal = of({ from: { a: logits, b: other }, known }, { training: true }) as Tensor
  near(t, goal.dataSync(), [9 / 13, 4 / 13, 0, 1, 0.5, 0.5])
  t.throws(() => outOf(stage, {}, { ...ports, known: { ...from, of: { kind: 'label', classes: 3 } } }), {
    message: /3 classes arrive there, and 2 logits/,
  })
  t.throws(() => outOf(stage, {}, { from: ports.known }), { message: /logits are expected, or a pair of them; label/ })
})

test('the port says that rows may be unknown; no gradient flows', t => {
  t.deepEqual(outOf(stage, {}, { from }), { kind: 'batch', size: 3, of: { kind: 'label', classes: 2, unknown: true } })
  const of = builder(stage, { labels: 'soft', threshold: 0 }, { from })(weightsFrom(1).scope)
  const grad = tf.grad(x => tf.add(tf.sum(of({ from: x }, { training: true })), tf.mul(0, tf.sum(x))))(logits)
  t.true(grad.dataSync().every(value => value === 0))
})
