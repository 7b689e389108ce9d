import test from 'ava'
import type { Tensor } from '../../../engine/engine.js'
import vgg from '../../../stages/encoders/vgg.js'
import frameClassifier from '../../../stages/heads/frame-classifier.js'
import { sigmoidEntropy } from '../../../stages/losses/cross-entropy.js'
import frameEntropy from '../../../stages/losses/frame-entropy.js'
import type { Port } from '../../../stages/ports.js'
import { near } from '../../engine/near.js'
import { engine, weightsFrom } from '../../engine/started.js'
import { builder, outOf } from '../built.js'

const { tf } = engine
const batch = (of: object) => ({ kind: 'batch', size: 2, of }) as Port
const tokens = (times: number, bins: number, size: number) =>
  batch({ kind: 'tokens', count: times * bins, size, times, bins })
const targets = batch({ kind: 'activity', rate: 16000, hop: 160, frames: 12, classes: 2 })

test('a logit a class and moment: one dense layer on the mean over frequency', t => {
  const ports = { from: tokens(3, 2, 4), targets }
  t.deepEqual(outOf(frameClassifier, {}, ports), tokens(3, 1, 2))
  const weights = weightsFrom(1)
  const head = builder(frameClassifier, {}, ports)(weights.scope)
  const [weight, bias] = weights.all.map(weight => weight.read()) as [Tensor, Tensor]
  const x = tf.randomNormal([2, 6, 4], 0, 1, 'float32', 3)
  const means = tf.mean(tf.reshape(x, [2, 3, 2, 4]), 2)
  const expected = tf.add(tf.matMul(tf.reshape(means, [6, 4]), weight), bias)
  near(t, head({ from: x }, { training: false }).dataSync(), expected.dataSync())
})

test('tokens that are hidden, and moments that frames do not divide into, are refused', t => {
  const hidden = batch({ kind: 'tokens', count: 5, size: 4, times: 3, bins: 2 })
  t.throws(() => outOf(frameClassifier, {}, { from: hidden, targets }), { message: /5 of 3 x 2 tokens/ })
  t.throws(() => outOf(frameClassifier, {}, { from: tokens(5, 1, 4), targets }), {
    message: /5 moments and 12 frames: .* 10 frames/,
  })
  t.throws(() => outOf(frameEntropy, {}, { from: tokens(3, 1, 4), targets }), {
    message: /a frame-classifier .* between/,
  })
})

test('the loss is the binary cross-entropy of every frame, each with the logit of its moment, and so is its gradient', t => {
  const ports = { from: tokens(3, 1, 2), targets }
  const loss = builder(frameEntropy, {}, ports)(weightsFrom(1).scope)
  const logits = tf.randomNormal([2, 3, 2], 0, 2, 'float32', 5)
  // of the second clip nothing is known
  const known = tf.cast(tf.greater(tf.randomUniform([1, 12, 2], 0, 1, 'float32', 7), 0.6), 'float32')
  const heard = tf.concat([known, tf.fill([1, 12, 2], -1)])
  const repeated = (x: Tensor) => tf.reshape(tf.tile(tf.expandDims(x, 2), [1, 1, 4, 1]), [2, 12, 2])
  const mine = tf.valueAndGrad(x => loss({ from: x, targets: heard }, { training: true }))(logits)
  const plain = tf.valueAndGrad(x => sigmoidEntropy(engine, repeated(x), heard, 0))(logits)
  near(t, mine.value.dataSync(), plain.value.dataSync())
  near(t, mine.grad.dataSync(), plain.grad.dataSync())
})

test('vgg that keeps time: a token a moment, its bands side by side; without blocks it is the spectrogram', t => {
  const from = batch({ kind: 'patch', rate: 16000, hop: 160, bands: 8, frames: 12 })
  t.deepEqual(outOf(vgg, { widths: [3, 5], pooling: 'frames' }, { from }), tokens(3, 1, 10))
  const x = tf.randomNormal([2, 12, 8], 0, 1, 'float32', 9)
  const kept = builder(vgg, { widths: [3, 5], pooling: 'frames' }, { from })(weightsFrom(1).scope)
  const mean = builder(vgg, { widths: [3, 5], pooling: 'mean' }, { from })(weightsFrom(1).scope)
  const made = kept({ from: x }, { training: false })
  t.deepEqual(made.shape, [2, 3, 10])
  const pooled = tf.mean(tf.reshape(made, [2, 6, 5]), 1)
  near(t, pooled.dataSync(), mean({ from: x }, { training: false }).dataSync())
  const bare = builder(vgg, { widths: [], pooling: 'frames' }, { from })(weightsFrom(1).scope)
  t.deepEqual([...bare({ from: x }, { training: false }).dataSync()], [...x.dataSync()])
  t.throws(() => outOf(vgg, { widths: [] }, { from }), { message: /nothing to pool/ })
})
