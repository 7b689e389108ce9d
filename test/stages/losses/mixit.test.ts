import type { Scalar } from '@tensorflow/tfjs'
import test from 'ava'
import type { Tensor } from '../../../engine/engine.js'
import { ParameterProblem } from '../../../stages/contract.js'
import stage, { mixit, sparsity } from '../../../stages/losses/mixit.js'
import { bestAssignment, leastSquaresAssignment, singleAssignment } from '../../../stages/separation/assignment.js'
import { productsOf } from '../../../stages/separation/products.js'
import { checkGradient, normal } from '../../engine/finite-differences.js'
import { near } from '../../engine/near.js'
import { engine, tensorOf } from '../../engine/started.js'
import { fc, testProp } from '../../properties.js'
import { outOf } from '../built.js'
import { batch, cases, channelsOf, noise, pairOf, silence, sum, times } from '../separation/support.js'

const { tf } = engine
const THRESHOLD = 1e-3
const plain = { threshold: THRESHOLD, search: 'exhaustive', single: false } as const

/** [1, count, samples], [1, samples]. */
const stacked = (...sounds: Float32Array[]) => tf.stack(sounds.map(sound => tf.tensor1d(sound))).expandDims(0)
const one = (sound: Float32Array) => tf.tensor2d(sound, [1, sound.length])
const loss = (sources: Float32Array[], a: Float32Array, b: Float32Array, options: object = {}) =>
  mixit(engine, stacked(...sources), one(a), one(b), { ...plain, ...options }).dataSync()[0]!

test('value and gradients agree with PyTorch trying every assignment', t => {
  for (const { sources, a, b, loss, towards, rounding } of cases.mixit) {
    const of = (sources: Tensor) => mixit(engine, sources, tensorOf(a), tensorOf(b), plain) as Scalar
    const { value, grad } = tf.valueAndGrad(of)(tensorOf(sources))
    near(t, value.dataSync(), [loss], 'value', { rounding: rounding.loss })
    near(t, grad.dataSync(), towards, 'gradient', { rounding: rounding.towards })
  }
})

test('two oracle sources are given to the right mixtures, and cost no more than the floor', t => {
  const [a, b] = [noise('a'), noise('b', 400, 0.1)]
  t.deepEqual([...bestAssignment(productsOf([a, b], [a, b]), THRESHOLD)], [0, 1])
  t.deepEqual([...bestAssignment(productsOf([b, a], [a, b]), THRESHOLD)], [1, 0])
  near(t, [loss([a, b], a, b), loss([b, a], a, b)], [-30, -30])
  near(t, [loss([b, a], a, b, { threshold: 1e-2 })], [-20])
})

const levels = fc.array(fc.double({ min: 0.05, max: 1, noNaN: true }), { minLength: 2, maxLength: 8 })
testProp('exact sources: both searches find the way they were mixed', [levels, fc.nat(255)], (t, levels, code) => {
  const sources = levels.map((level, source) => noise(`source ${source}`, 300, level))
  const of = sources.map((_, source) => (code >> source) & 1)
  const [a, b] = [0, 1].map(side => sum(silence(300), ...sources.filter((_, source) => of[source] === side)))
  const products = productsOf(sources, [a!, b!])
  if (of.includes(0) && of.includes(1)) t.deepEqual([...bestAssignment(products, THRESHOLD)], of)
  t.deepEqual([...leastSquaresAssignment(products)], of)
})

test('least squares bears sources that are alike, or silent', t => {
  const [a, b] = [noise('a'), noise('b')]
  t.is(leastSquaresAssignment(productsOf([a, a, b, silence()], [a, b]))[2], 1)
  t.deepEqual([...leastSquaresAssignment(productsOf([silence(), silence()], [a, b]))], [0, 0])
})

test('least squares does more sources than can be tried', t => {
  const sources = Array.from({ length: 30 }, (_, source) => noise(`${source}`))
  const [a, b] = [sum(...sources.slice(0, 11)), sum(...sources.slice(11))]
  near(t, [loss(sources, a, b, { search: 'least-squares' })], [-30])
})

test('mixit: sources that are each an M-th of the mixture are at the level named as chance', t => {
  const [a, b] = [noise('a', 40_000), noise('b', 40_000)]
  for (const count of [1, 2, 3, 4]) {
    const share = times(1 / count, sum(a, b))
    const out = outOf(stage, {}, { from: batch(channelsOf(count, 40_000)), references: batch(pairOf(40_000)) })
    t.true(Math.abs(loss(new Array(count).fill(share), a, b) - (out.kind === 'loss' ? out.chance : Number.NaN)) < 0.05)
  }
})

test('a silent side is no division by nothing, and asks for silence', t => {
  const a = noise('a')
  near(t, [loss([a, silence()], a, silence()), loss([silence(), a], silence(), a)], [-30, -30])
  near(t, [loss([silence(), silence()], silence(), silence())], [-30])
  const half = times(0.5, a)
  near(t, [loss([half, half], a, silence())], [-30], 'any sources may make the other side')
  near(t, [loss([half, half], a, silence(), { single: true })], [10 * Math.log10(0.251)], 'one source alone')
})

test('beside a single event each other source has to be silent: cancelling out is not enough', t => {
  const [a, b] = [noise('a'), noise('b')]
  const cancelling = [a, b, times(-1, b)]
  near(t, [loss(cancelling, a, silence())], [-30], 'any sources')
  const energy = (x: Float32Array) => x.reduce((total, value) => total + value * value, 0)
  const others = 10 * Math.log10((2 * energy(b)) / energy(a) + 1e-3)
  near(t, [loss(cancelling, a, silence(), { single: true })], [(-30 + others) / 2])
})

test('of a single event the nearest source is given to it', t => {
  const [a, b] = [noise('a'), noise('b')]
  const sources = [times(0.5, a), times(0.9, a), b]
  t.deepEqual([...singleAssignment(productsOf(sources, [a, silence()]))!], [1, 0, 1])
  t.deepEqual([...singleAssignment(productsOf(sources, [silence(), a]))!], [0, 1, 0])
  t.is(singleAssignment(productsOf(sources, [a, b])), undefined)
})

test('gradients against differences', t => {
  const [a, b] = [tensorOf(normal([2, 6], 'a')), tensorOf(normal([2, 6], 'b'))]
  checkGradient(t, sources => mixit(engine, sources!, a, b, plain), [normal([2, 3, 6], 'sources', 0.3)])
  checkGradient(t, sources => sparsity(engine, sources!), [normal([2, 3, 6], 'sources')])
})

test('sparsity is least for one source, most for all alike', t => {
  const [a, quiet] = [noise('a'), silence()]
  near(t, sparsity(engine, stacked(a, quiet, quiet, quiet)).dataSync(), [1 / 4], 'sparsity', { inexact: 1e-3 })
  near(t, sparsity(engine, stacked(a, a, a, a)).dataSync(), [1 / 2], 'sparsity', { inexact: 1e-3 })
})

test('more sources than can be tried are refused', t => {
  const ports = { from: batch(channelsOf(17, 100)), references: batch(pairOf(100)) }
  t.throws(() => outOf(stage, { search: 'exhaustive' }, ports), { instanceOf: ParameterProblem })
  t.notThrows(() => outOf(stage, {}, ports))
})
