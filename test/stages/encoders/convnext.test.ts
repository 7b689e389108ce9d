import test from 'ava'
import { ParameterProblem } from '../../../stages/contract.js'
import convnext from '../../../stages/encoders/convnext.js'
import { outOf } from '../built.js'
import { agreesWithPytorch, learnt, patches } from './agrees.js'

test('convnext: value, gradients and evaluation agree with PyTorch', t => {
  agreesWithPytorch(t, convnext, 'convnext')
})

test('convnext with learnt spacings: value, gradients of taps, places and widths, and evaluation agree with PyTorch', t => {
  agreesWithPytorch(t, convnext, 'convnext/spacings')
})

test('ConvNeXt-T has 27.8 million weights, without its three channels and its classes', t => {
  const tiny = { widths: [96, 192, 384, 768], depths: [3, 3, 9, 3] }
  // of the published 28,589,128 the stem lacks two of its three channels, and the head is not there
  t.is(learnt(convnext, patches(96, 64), tiny), 28_589_128 - 2 * 16 * 96 - 769 * 1000)
})

test('patches too small, and depths that are not those of the widths, are refused at their parameters', t => {
  const refused = (parameters: object) =>
    t.throws(() => outOf(convnext, parameters, { from: patches(96, 30) }), { instanceOf: ParameterProblem }).parameter
  t.is(refused({}), 'stem')
  t.is(refused({ widths: [4, 8], depths: [1] }), 'depths')
  t.throws(() => outOf(convnext, { spacings: { size: 8 } }, { from: patches(96, 64) }), { message: /odd/ })
})
