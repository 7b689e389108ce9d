import type { Scalar } from '@tensorflow/tfjs'
import test from 'ava'
import type { Tensor } from '../../../engine/engine.js'
import { ParameterProblem } from '../../../stages/contract.js'
import stage, { pit } from '../../../stages/losses/pit.js'
import { cheapestColumns } from '../../../stages/separation/permutation.js'
import { checkGradient, normal } from '../../engine/finite-differences.js'
import { near } from '../../engine/near.js'
import { engine, tensorOf } from '../../engine/started.js'
import { outOf } from '../built.js'
import { batch, cases, channelsOf, noise, silence, sum, times } from '../separation/support.js'

const { tf } = engine
const plain = { active: 1e-3, inactive: 1e-2 }
const stacked = (sounds: Float32Array[]) => tf.stack(sounds.map(sound => tf.tensor1d(sound))).expandDims(0)

test('value and gradients agree with PyTorch trying every permutation', t => {
  for (const { sources, stems, loss, towards, rounding } of cases.pit) {
    const of = (sources: Tensor) => pit(engine, sources, tensorOf(stems), plain) as Scalar
    const { value, grad } = tf.valueAndGrad(of)(tensorOf(sources))
    near(t, value.dataSync(), [loss], 'value', { rounding: rounding.loss })
    near(t, grad.dataSync(), towards, 'gradient', { rounding: rounding.towards })
  }
})

test('stems in any order, and silence elsewhere, cost no more than the floors', t => {
  const [a, b] = [noise('a'), noise('b')]
  const floor = (-30 - 30 - 20 - 20) / 4
  const stems = stacked([a, b])
  for (const sources of [
    [a, b, silence(), silence()],
    [silence(), b, silence(), a],
  ])
    near(t, pit(engine, stacked(sources), stems, plain).dataSync(), [floor])
})

test('pit: sources that are each an M-th of the mixture are at the level named as chance', t => {
  const samples = 40_000
  const stems = [noise('a', samples), noise('b', samples)]
  for (const count of [2, 4]) {
    const share = times(1 / count, sum(...stems))
    const found = pit(engine, stacked(new Array(count).fill(share)), stacked(stems), plain)
    const out = outOf(stage, {}, { from: batch(channelsOf(count, samples)), stems: batch(channelsOf(2, samples)) })
    near(t, found.dataSync(), [out.kind === 'loss' ? out.chance : Number.NaN], 'chance', { inexact: 0.1 })
  }
})

test('pit: gradient against differences', t => {
  const stems = tensorOf(normal([2, 2, 6], 'stems'))
  checkGradient(t, sources => pit(engine, sources!, stems, plain), [normal([2, 3, 6], 'sources', 0.3)])
})

test('more stems than sources are refused', t => {
  const ports = { from: batch(channelsOf(2, 100)), stems: batch(channelsOf(3, 100)) }
  t.throws(() => outOf(stage, {}, ports), { instanceOf: ParameterProblem })
})

test('every row gets a column of its own, as cheap as can be', t => {
  t.deepEqual(cheapestColumns([1, 2, 0, 2], 2, 2), [1, 0])
  t.deepEqual(cheapestColumns([5, 1, 9, 3, 0, 9], 2, 3), [1, 0])
  t.deepEqual(cheapestColumns([9, 9, 1, 9, 1, 9, 1, 9, 9], 3, 3), [2, 1, 0])
})
