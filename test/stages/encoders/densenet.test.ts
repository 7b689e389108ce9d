import test from 'ava'
import { ParameterProblem } from '../../../stages/contract.js'
import densenet from '../../../stages/encoders/densenet.js'
import { outOf } from '../built.js'
import { agreesWithPytorch, learnt, patches } from './agrees.js'

test('densenet: value, gradients and evaluation agree with PyTorch', t => {
  agreesWithPytorch(t, densenet, 'densenet')
})

test('DenseNet-121 has the published weights, without two of its three channels and its classes', t => {
  t.is(learnt(densenet, patches(101, 96), {}), 7_978_856 - 2 * 49 * 64 - 1025 * 1000)
})

test('densenet: patches of which nothing would be left are refused', t => {
  const refused = t.throws(() => outOf(densenet, {}, { from: patches(101, 31) }), { instanceOf: ParameterProblem })
  t.regex(refused.message, /at least 32 x 32, and 101 x 31 arrives/)
})
