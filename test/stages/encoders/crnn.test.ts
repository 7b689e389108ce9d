import test from 'ava'
import { ParameterProblem } from '../../../stages/contract.js'
import crnn from '../../../stages/encoders/crnn.js'
import { outOf } from '../built.js'
import { agreesWithPytorch, learnt, millions, patches } from './agrees.js'

test('crnn: value, gradients, running statistics and evaluation agree with PyTorch', t => {
  agreesWithPytorch(t, crnn, 'crnn')
})

test('0.947 million weights, and an embedding of 64 numbers', t => {
  const from = patches(101, 96)
  t.is(millions(learnt(crnn, from)), '0.947')
  t.deepEqual(outOf(crnn, {}, { from }), { kind: 'batch', of: { kind: 'embedding', size: 64 }, size: 4 })
})

test('patches that the pooling would swallow are refused', t => {
  for (const [frames, bands] of [
    [101, 39],
    [7, 96],
  ] as const)
    t.throws(() => outOf(crnn, {}, { from: patches(frames, bands) }), {
      instanceOf: ParameterProblem,
      message: /at least 8 x 40/,
    })
  t.notThrows(() => outOf(crnn, {}, { from: patches(8, 40) }))
})
