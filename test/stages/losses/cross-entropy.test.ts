import test from 'ava'
import type { Tensor } from '../../../engine/engine.js'
import { ParameterProblem } from '../../../stages/contract.js'
import crossEntropy, { softmaxEntropies } from '../../../stages/losses/cross-entropy.js'
import type { Port } from '../../../stages/ports.js'
import { near } from '../../engine/near.js'
import { engine, fixture, tensorOf, weightsFrom } from '../../engine/started.js'
import { builder, outOf } from '../built.js'

const { tf } = engine

interface Case {
  outputs: string
  smoothing: number
  logits: { shape: number[]; data: number[] }
  targets: { shape: number[]; data: number[] }
  loss: number
  gradient: number[]
  rounding: { loss: number; gradient: number }
}

const ports = (logits: number, classes: number): Record<string, Port> => ({
  from: { kind: 'batch', size: 6, of: { kind: 'embedding', size: logits } },
  targets: { kind: 'batch', size: 6, of: { kind: 'label', classes } },
})

for (const { outputs, smoothing, logits, targets, loss, gradient, rounding } of fixture<Case[]>(
  'cross-entropy/cases.json',
)) {
  test(`${outputs}, smoothing ${smoothing}: value and gradient agree with PyTorch`, t => {
    const of = builder(crossEntropy, { outputs, smoothing }, ports(5, 5))(weightsFrom(1).scope)
    const wanted = tensorOf(targets)
    const entropy = (from: Tensor) => of({ from, targets: wanted }, { training: true }).asScalar()
    const { value, grad } = tf.valueAndGrad(entropy)(tensorOf(logits))
    near(t, value.dataSync(), [loss], 'value', { rounding: rounding.loss })
    near(t, grad.dataSync(), gradient, 'gradient', { rounding: rounding.gradient })
  })
}

test('logits that say nothing give the chance level, smoothed or not', t => {
  for (const outputs of ['softmax', 'sigmoid']) {
    for (const smoothing of [0, 0.2]) {
      const out = outOf(crossEntropy, { outputs, smoothing }, ports(3, 3))
      const of = builder(crossEntropy, { outputs, smoothing }, ports(3, 3))(weightsFrom(1).scope)
      const value = of({ from: tf.zeros([2, 3]), targets: tf.tensor2d([1, 0, 0, 0, 0, 1], [2, 3]) }, { training: true })
      near(t, value.dataSync(), [out.kind === 'loss' ? out.chance : 0])
    }
  }
})

test('a clip of two classes wants half of each', t => {
  const logits = tf.tensor2d([2, -1, 0.5], [1, 3])
  const both = softmaxEntropies(engine, logits, tf.tensor2d([1, 1, 0], [1, 3]), 0).dataSync()[0]!
  const one = (row: number[]) => softmaxEntropies(engine, logits, tf.tensor2d(row, [1, 3]), 0).dataSync()[0]!
  near(t, [both], [(one([1, 0, 0]) + one([0, 1, 0])) / 2])
})

test('as many logits as classes, or it is refused', t => {
  const problem = t.throws(() => outOf(crossEntropy, {}, ports(128, 5)), { instanceOf: ParameterProblem })
  t.regex(problem.message, /128 logits .* 5 classes/)
})
