import test from 'ava'
import { ParameterProblem } from '../../../stages/contract.js'
import cnn from '../../../stages/encoders/pre-activation-cnn.js'
import { outOf } from '../built.js'
import { agreesWithPytorch, learnt, patches } from './agrees.js'

test('pre-activation-cnn: value, gradients and evaluation agree with PyTorch', t => {
  agreesWithPytorch(t, cnn, 'pre-activation-cnn')
})

test('of 100 frames and 96 bands it has the published weights, without its classes, biases and running statistics', t => {
  t.is(learnt(cnn, patches(100, 96), {}), 531_624 - 65 * 20 - (24 + 48 + 48) - 2 * (1 + 24 + 24 + 48 + 48 + 48))
})

test('pre-activation-cnn: patches of which nothing would be left are refused', t => {
  const refused = t.throws(() => outOf(cnn, {}, { from: patches(15, 96) }), { instanceOf: ParameterProblem })
  t.regex(refused.message, /at least 16 x 4, and 15 x 96 arrives/)
})
