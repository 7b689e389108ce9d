import test from 'ava'
import stage, { bilinearSimilarity } from '../../../stages/losses/bilinear-similarity.js'
import { checkGradient, normal } from '../../engine/finite-differences.js'
import { near } from '../../engine/near.js'
import { engine } from '../../engine/started.js'
import { agreesWithPyTorch, chanceOf, objective, staysFinite } from './objectives.js'

const { tf } = engine

test('bilinear-similarity: value and gradients agree with PyTorch', t => agreesWithPyTorch(t, stage))

test('bilinear-similarity: stays finite', t => staysFinite(t, stage))

test('bilinear-similarity: gradient against differences', t => {
  const inputs = [normal([3, 4], 'a'), normal([3, 4], 'b'), normal([4, 4], 'w', 0.3)]
  checkGradient(t, (a, b, weight) => bilinearSimilarity(engine, a!, b!, weight!, 2), inputs)
})

test('embeddings all alike are at chance: log N', t => {
  const { loss } = objective(stage, {}, 16, 8)
  near(t, loss(tf.ones([16, 8]), tf.ones([16, 8])).dataSync(), [Math.log(16)])
  t.is(chanceOf(stage, {}, 16, 8), Math.log(16))
})

test('a permutation as weights: partners that it maps onto each other, -log(e^(1/t) / (e^(1/t) + N - 1))', t => {
  const a = tf.eye(6)
  const next = tf.concat([a.slice(1), a.slice(0, 1)])
  const found = (b: typeof a) => bilinearSimilarity(engine, a, b, next, 0.5).dataSync()
  near(t, found(next), [Math.log(1 + 5 * Math.exp(-2))])
  near(t, found(a), [2 + Math.log(1 + 5 * Math.exp(-2))])
})

test('the weights start normal, with deviation 0.05', t => {
  const { weights } = objective(stage, {}, 4, 64)
  const { data } = weights.state().get('weight')!
  const deviation = Math.sqrt(data.reduce((sum, value) => sum + value ** 2, 0) / data.length)
  t.true(Math.abs(deviation - 0.05) < 0.003)
})
