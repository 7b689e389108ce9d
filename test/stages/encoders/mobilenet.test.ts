import test from 'ava'
import { ParameterProblem } from '../../../stages/contract.js'
import mobilenet from '../../../stages/encoders/mobilenet.js'
import { outOf } from '../built.js'
import { agreesWithPytorch, learnt, patches } from './agrees.js'

test('mobilenet: value, gradients and evaluation agree with PyTorch', t => {
  agreesWithPytorch(t, mobilenet, 'mobilenet')
})

test('MobileNetV2 has the published weights, without two of its three channels and its classes', t => {
  t.is(learnt(mobilenet, patches(96, 64), {}), 3_504_872 - 2 * 9 * 32 - 1281 * 1000)
})

test('mobilenet: patches of which nothing would be left, and lists of other lengths, are refused at their parameters', t => {
  const refused = (parameters: object, frames = 96) =>
    t.throws(() => outOf(mobilenet, parameters, { from: patches(frames, 64) }), { instanceOf: ParameterProblem })
      .parameter
  t.is(refused({}, 31), 'strides')
  t.is(refused({ depths: [1] }), 'depths')
  t.is(refused({ widths: [4], depths: [1] }), 'strides')
})
