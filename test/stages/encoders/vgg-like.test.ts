import test from 'ava'
import { ParameterProblem } from '../../../stages/contract.js'
import vggLike from '../../../stages/encoders/vgg-like.js'
import { outOf } from '../built.js'
import { agreesWithPytorch, learnt, millions, patches } from './agrees.js'

test('vgg-like: value, gradients, running statistics and evaluation agree with PyTorch', t => {
  agreesWithPytorch(t, vggLike, 'vgg-like')
})

test('0.280 million weights, and an embedding of 512 numbers', t => {
  const from = patches(101, 96)
  t.is(millions(learnt(vggLike, from)), '0.280')
  t.deepEqual(outOf(vggLike, {}, { from }), { kind: 'batch', of: { kind: 'embedding', size: 512 }, size: 4 })
})

test('vgg-like: more blocks than the patch can be halved are refused at their parameter', t => {
  const problem = t.throws(() => outOf(vggLike, {}, { from: patches(101, 7) }), { instanceOf: ParameterProblem })
  t.is(problem.parameter, 'blocks')
})
