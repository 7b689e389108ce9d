/** The transformer over pieces of a patch, and what reads its tokens. */
import type { Scalar } from '@tensorflow/tfjs'
import test from 'ava'
import type { Tensor } from '../../../engine/engine.js'
import { lossAndGradients } from '../../../engine/gradients.js'
import { ParameterProblem, type Stage } from '../../../stages/contract.js'
import vit from '../../../stages/encoders/vit.js'
import decoder from '../../../stages/heads/decoder.js'
import poolTokens from '../../../stages/heads/pool-tokens.js'
import predictor from '../../../stages/heads/predictor.js'
import reconstruct from '../../../stages/losses/reconstruct.js'
import { piecesOf } from '../../../stages/pieces.js'
import type { Port } from '../../../stages/ports.js'
import { normal } from '../../engine/finite-differences.js'
import { near } from '../../engine/near.js'
import { engine, fixture, tensorOf, weightsFrom } from '../../engine/started.js'
import { builder, outOf } from '../built.js'

const { tf } = engine
const batch = (of: Port): Port => ({ kind: 'batch', size: 2, of })
const patches = batch({ kind: 'patch', rate: 16000, hop: 160, frames: 8, bands: 6 })
const masks = (kept: number, times = 4) => batch({ kind: 'indices', kept, times, bins: 2 })
const tokens = (count: number, size: number) => batch({ kind: 'tokens', count, size, times: 4, bins: 2 })
const small = { width: 8, depth: 1, heads: 2 }
const keep = tf.tensor2d([1, 4, 6, 0, 2, 3, 5, 7, 0, 2, 3, 1, 4, 5, 6, 7], [2, 8])
const x = tensorOf(normal([2, 8, 6], 'patches'))
const options = { training: true }

test('pieces ascend by time, then by band, and hold their own numbers', t => {
  const pieces = piecesOf(engine, tf.range(0, 48).reshape([1, 8, 6]), [2, 3])
  t.deepEqual(pieces.shape, [1, 8, 6])
  t.deepEqual([...pieces.slice([0, 1, 0], [1, 2, 6]).dataSync()], [3, 4, 5, 9, 10, 11, 12, 13, 14, 18, 19, 20])
})

test('with all pieces in a mask the tokens are those without one, in its order', t => {
  const of = (ports: Record<string, Port>) => builder(vit, { ...small, patch: [2, 3] }, ports)(weightsFrom(1).scope)
  const all = of({ from: patches })({ from: x }, options)
  t.deepEqual(all.shape, [2, 8, 8])
  const order = tf.tensor2d([7, 6, 5, 4, 3, 2, 1, 0, 0, 1, 2, 3, 4, 5, 6, 7], [2, 8])
  const masked = of({ from: patches, keep: masks(8) })({ from: x, keep: order }, options)
  near(t, masked.dataSync(), engine.operations.tokens.gather(all, order).dataSync(), 'tokens', { size: 3 })
})

test('what is not seen changes no token', t => {
  const of = builder(vit, { ...small, patch: [2, 3] }, { from: patches, keep: masks(3) })(weightsFrom(1).scope)
  const before = of({ from: x, keep }, options).dataSync()
  const hidden = engine.operations.tokens.scatter(tf.ones([2, 5, 1]), tf.slice(keep, [0, 3]), 8)
  const other = tf.mul(tf.tile(hidden.reshape([2, 4, 1, 2, 1]), [1, 1, 2, 1, 3]), 5).reshape([2, 8, 6])
  t.deepEqual(of({ from: tf.add(x, other), keep }, options).dataSync(), before)
})

for (const [stage, parameters, shape] of [
  [decoder, { ...small, size: 6 }, [2, 8, 6]],
  [predictor, small, [2, 5, 8]],
] as [Stage, object, number[]][])
  test(`${stage.name}: every weight and every token has a gradient; shapes are as the port says`, t => {
    const ports = { from: tokens(3, 8), keep: masks(3) }
    const weights = weightsFrom(1)
    const of = builder(stage, parameters, ports)(weights.scope)
    const from = tensorOf(normal([2, 3, 8], 'tokens'))
    t.deepEqual(of({ from, keep }, options).shape, shape)
    const out = outOf(stage, parameters, ports)
    t.like(out, { of: { kind: 'tokens', count: shape[1], size: shape[2] } })
    const squares = () => tf.sum(tf.square(of({ from, keep }, options)))
    const { gradients } = lossAndGradients(engine, weights.trainable, squares, [from])
    t.true(gradients.every(gradient => gradient.dataSync().some(value => value !== 0)))
  })

interface Reconstruction {
  normalise: boolean
  patches: { shape: number[]; data: number[] }
  guessed: { shape: number[]; data: number[] }
  keep: { shape: number[]; data: number[] }
  kept: number
  loss: number
  gradient: number[]
  rounding: { loss: number; gradient: number }
}

test("the reconstruction's value and gradient are those of MAE: on the pieces that were not seen alone", t => {
  const { reconstruction } = fixture<{ reconstruction: Reconstruction[] }>('transformer/cases.json')
  for (const { normalise, patches: given, guessed, keep, kept, loss, gradient, rounding } of reconstruction) {
    const ports = { from: tokens(8, 6), target: patches, keep: masks(kept) }
    const of = builder(reconstruct, { normalise }, ports)(weightsFrom(1).scope)
    const [target, at] = [tensorOf(given), tensorOf(keep)]
    const error = (from: Tensor) => of({ from, target, keep: at }, options) as Scalar
    const { value, grad } = tf.valueAndGrad(error)(tensorOf(guessed))
    near(t, value.dataSync(), [loss], 'value', { rounding: rounding.loss })
    near(t, grad.dataSync(), gradient, 'gradient', { rounding: rounding.gradient })
    const silent = grad.abs().sum(2).dataSync()
    const seen = [0, 1].map(row => keep.data.slice(8 * row, 8 * row + kept).map(place => silent[8 * row + place]))
    t.true(seen.flat().every(value => value === 0))
  }
})

test('each guess has to find its piece among those of its patch that were not seen', t => {
  const ports = { from: tokens(8, 6), target: patches, keep: masks(6) }
  const of = builder(reconstruct, { kind: 'find', normalise: false }, ports)(weightsFrom(1).scope)
  const at = tf.tensor2d([0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7], [2, 8])
  const pieces = piecesOf(engine, x, [2, 3])
  const rows = pieces.slice([0, 6, 0], [2, 2, 6]).arraySync() as number[][][]
  const dot = (one: number[], other: number[]) => one.reduce((sum, value, at) => sum + value * other[at]!, 0)
  const losses = rows.flatMap(two =>
    two.map(own => Math.log(two.reduce((sum, piece) => sum + Math.exp(dot(own, piece)), 0)) - dot(own, own)),
  )
  const found = of({ from: pieces, target: x, keep: at }, options)
  near(t, found.dataSync(), [losses.reduce((sum, loss) => sum + loss, 0) / 4], 'loss', { size: 10 })
  t.like(outOf(reconstruct, { kind: 'find' }, ports), { kind: 'loss', chance: Math.log(2) })
})

test('the mean of tokens is one embedding; what is pooled already stays', t => {
  const of = builder(poolTokens, {}, { from: tokens(8, 3) })(weightsFrom(1).scope)
  t.deepEqual([...of({ from: tf.range(0, 12).reshape([2, 2, 3]) }, options).dataSync()], [1.5, 2.5, 3.5, 7.5, 8.5, 9.5])
  t.deepEqual([...of({ from: tf.tensor2d([1, 2, 3], [1, 3]) }, options).dataSync()], [1, 2, 3])
})

test('grids, sizes and heads that do not go together are refused in words', t => {
  const refused = (stage: Stage, parameters: object, ports: Record<string, Port>) =>
    t.throws(() => outOf(stage, parameters, ports), { instanceOf: ParameterProblem })!.message
  const cut = { ...small, patch: [2, 3] }
  t.regex(refused(vit, cut, { from: patches, keep: masks(3, 2) }), /a grid of 2 x 2 pieces, the encoder cuts 4 x 2/)
  t.regex(refused(vit, { ...cut, heads: 3 }, { from: patches }), /8 numbers cannot be shared evenly by 3 heads/)
  t.regex(refused(vit, { ...cut, width: 6 }, { from: patches }), /6 is no multiple of 4/)
  t.regex(refused(decoder, {}, { from: tokens(8, 8), keep: masks(3) }), /keeps 3 of 4 x 2 pieces, and 8 tokens/)
  const ports = { from: tokens(8, 5), target: patches, keep: masks(3) }
  t.regex(refused(reconstruct, {}, ports), /Write size: 6 at the decoder/)
})
