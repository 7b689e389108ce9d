import test from 'ava'
import { ParameterProblem } from '../../../stages/contract.js'
import byolA from '../../../stages/encoders/byol-a.js'
import { outOf } from '../built.js'
import { agreesWithPytorch, learnt, millions, patches } from './agrees.js'

test('byol-a: value, gradients, running statistics and evaluation agree with PyTorch', t => {
  agreesWithPytorch(t, byolA, 'byol-a')
})

test('as published 5.3 million weights, and an embedding of 2048 numbers', t => {
  const from = patches(96, 64)
  t.is(millions(learnt(byolA, from)), '5.322')
  t.deepEqual(outOf(byolA, {}, { from }), { kind: 'batch', of: { kind: 'embedding', size: 2048 }, size: 4 })
})

test('byol-a: more blocks than the patch can be halved are refused at their parameter', t => {
  const problem = t.throws(() => outOf(byolA, {}, { from: patches(96, 7) }), { instanceOf: ParameterProblem })
  t.is(problem.parameter, 'widths')
})
