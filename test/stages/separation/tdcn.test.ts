import test from 'ava'
import { lossAndGradients } from '../../../engine/gradients.js'
import { ParameterProblem } from '../../../stages/contract.js'
import mixitStage from '../../../stages/losses/mixit.js'
import tdcn from '../../../stages/separation/tdcn.js'
import { openSeparator } from '../../../stages/separation/trained/separator.js'
import { near } from '../../engine/near.js'
import { engine, stateOf, tensorOf, weightsFrom } from '../../engine/started.js'
import { builder, outOf } from '../built.js'
import { batch, cases, channelsOf, excerptPort, pairOf, RATE } from './support.js'

const { tf } = engine
const REFERENCE = { basis: 'stft', sources: 4, bottleneck: 128, channels: 256, blocks: 8, repeats: 2 }
const small = (given: object) => ({ bottleneck: 3, channels: 4, blocks: 2, repeats: 1, sources: 3, ...given })

for (const { settings, a, b, sources, loss, weights: given, towards, rounding } of cases.networks) {
  test(`${settings.basis}, consistency ${settings.consistency}: sources, loss and gradients agree with PyTorch`, t => {
    const samples = a.shape[1]!
    const { window, hop, ...others } = settings
    const parameters = { ...others, window: window / RATE, hop: hop / RATE }
    const weights = weightsFrom(1)
    const separate = builder(tdcn, parameters, { from: batch(excerptPort(samples)) })(weights.scope)
    const compare = builder(
      mixitStage,
      {},
      {
        from: batch(channelsOf(settings.sources, samples)),
        references: batch(pairOf(samples)),
      },
    )(weights.scope)
    weights.load(stateOf(given))
    const references = { a: tensorOf(a), b: tensorOf(b) }
    const mixture = tf.add(references.a, references.b)
    near(t, separate({ from: mixture }, { training: true }).dataSync(), sources.data, 'sources', {
      rounding: rounding.sources,
    })
    const found = lossAndGradients(engine, weights.trainable, () =>
      compare({ from: separate({ from: mixture }, { training: true }), references }, { training: true }),
    )
    near(t, found.loss.dataSync(), [loss], 'loss', { rounding: rounding.loss })
    weights.trainable.forEach(({ name }, index) => {
      near(t, found.gradients[index]!.dataSync(), towards[name]!, name, { rounding: rounding.towards[name]! })
    })
  })
}

test('the small separator has about 1.2 million weights', t => {
  const weights = weightsFrom(1)
  builder(tdcn, REFERENCE, { from: batch(excerptPort(32_000)) })(weights.scope)
  const size = weights.trainable.reduce((sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1), 0)
  t.is(size, 1_249_594)
  weights.dispose()
})

for (const consistency of ['uniform', 'predicted', 'energy']) {
  for (const basis of ['stft', 'learned']) {
    test(`${basis}, consistency ${consistency}: the sources add up to the mixture`, t => {
      const weights = weightsFrom(2)
      const separate = builder(tdcn, small({ basis, consistency }), { from: batch(excerptPort(1000)) })(weights.scope)
      const mixture = tf.randomNormal([2, 1000], 0, 1, 'float32', 4)
      const sum = tf.sum(separate({ from: mixture }, { training: false }), 1)
      near(t, sum.dataSync(), mixture.dataSync())
      const silent = separate({ from: tf.zeros([2, 1000]) }, { training: false })
      near(t, silent.dataSync(), new Float32Array(silent.size), 'silence')
    })
  }
}

test('blocks start with scales of 1, 0.9, 0.81, ... and slopes of 0.1', t => {
  const weights = weightsFrom(1)
  builder(tdcn, small({ blocks: 2, repeats: 2 }), { from: batch(excerptPort(500)) })(weights.scope)
  const starts = (end: string) =>
    weights.all.filter(({ name }) => name.endsWith(end)).map(weight => weight.read().dataSync()[0]!)
  near(t, starts('.scale'), [1, 0.9, 0.9 ** 2, 0.9 ** 3])
  near(t, starts('.slope'), new Array(8).fill(0.1))
})

test('the published block: one gain and offset a norm, a bias behind the convolution and none in its dense layers', t => {
  const from = { from: batch(excerptPort(500)) }
  const [weights, plain] = [weightsFrom(4), weightsFrom(4)]
  const separate = builder(tdcn, small({ variant: 'published' }), from)(weights.scope)
  const block = weights.all.filter(({ name }) => name.includes('block0.'))
  t.deepEqual(
    block.map(({ name, shape }) => [name.slice(name.indexOf('block0.') + 7), shape]),
    [
      ['first.weight', [3, 4]],
      ...['one', 'two'].flatMap(norm => [
        [`${norm}.slope`, [1]],
        [`${norm}.gain`, [1]],
        [`${norm}.offset`, [1]],
      ]),
      ['filter', [3, 4]],
      ['scale', [1]],
      ['shift', [4]],
      ['last.weight', [4, 3]],
    ],
  )
  // ours without biases and with equal gains is the same network, as long as nothing is added behind the convolution
  const ours = builder(tdcn, small({}), from)(plain.scope)
  for (const weight of plain.all) {
    const same = weights.all.find(({ name }) => name === weight.name)
    const value = same ? same.read() : tf.zeros([1])
    weight.assign(tf.broadcastTo(value, [...weight.shape]))
  }
  const mixture = tf.randomNormal([2, 500], 0, 1, 'float32', 4)
  const found = separate({ from: mixture }, { training: false }).dataSync()
  near(t, found, ours({ from: mixture }, { training: false }).dataSync())
  for (const weight of weights.all) if (weight.name.endsWith('shift')) weight.assign(tf.tensor1d([1, -1, 2, 0]))
  const shifted = separate({ from: mixture }, { training: false }).dataSync()
  t.true(shifted.some((value, at) => Math.abs(value - found[at]!) > 1e-3))
})

test('what leaves is channels of what came', t => {
  t.deepEqual(outOf(tdcn, { sources: 8 }, { from: batch(excerptPort(1600), 5) }), batch(channelsOf(8, 1600), 5))
})

test('frames that do not overlap evenly are refused at the window', t => {
  for (const given of [{ window: '30 ms', hop: '8 ms' }, { window: '8 ms', hop: '8 ms' }, { hop: '1 ms' }]) {
    const error = t.throws(() => outOf(tdcn, given, { from: batch(excerptPort(1600)) }), {
      instanceOf: ParameterProblem,
    })
    t.is((error as ParameterProblem).parameter, 'window')
  }
})

test('a separator opened from a checkpoint does the same, on sounds of any length', t => {
  const from = batch(excerptPort(500))
  const parameters = (tdcn.parameters as { parse: (given: object) => Record<string, unknown> }).parse(small({}))
  const weights = weightsFrom(3)
  const separate = builder(tdcn, parameters, { from })(weights.scope.within('separator'))
  const state = weights.state().set('elsewhere.weight', { shape: [1], data: Float32Array.of(1) })
  const separator = openSeparator(engine, tdcn, { id: 'separator', parameters, from }, state)
  t.is(separator.count, 3)
  for (const samples of [500, 777]) {
    const mixture = tf.randomNormal([1, samples])
    const found = separator.separate(mixture)
    t.deepEqual(found.shape, [1, 3, samples])
    near(t, found.dataSync(), separate({ from: mixture }, { training: false }).dataSync())
  }
  state.delete('separator.masks.bias')
  t.throws(() => openSeparator(engine, tdcn, { id: 'separator', parameters, from }, state), {
    message: /separator\.masks\.bias/,
  })
  separator.dispose()
})
