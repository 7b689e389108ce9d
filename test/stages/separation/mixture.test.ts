import test from 'ava'
import { ParameterProblem } from '../../../stages/contract.js'
import type { Port } from '../../../stages/ports.js'
import mixture from '../../../stages/separation/mixture.js'
import { engine, weightsFrom } from '../../engine/started.js'
import { builder, outOf } from '../built.js'
import { batch, channelsOf, excerptPort, pairOf } from './support.js'

const { tf } = engine
const added = (from: Port, value: unknown) =>
  builder(mixture, {}, { from: batch(from) })(weightsFrom(1).scope)({ from: value }, { training: true }).arraySync()

test('adds the sides of a pair, and the channels of a scene', t => {
  const [a, b] = [
    tf.tensor2d([
      [1, 2],
      [3, 4],
    ]),
    tf.tensor2d([
      [10, 20],
      [30, 40],
    ]),
  ]
  t.deepEqual(added(pairOf(2), { a, b }), [
    [11, 22],
    [33, 44],
  ])
  t.deepEqual(added(channelsOf(3, 2), tf.stack([a, b, a], 1)), [
    [12, 24],
    [36, 48],
  ])
})

test('gives excerpts, and takes nothing else', t => {
  t.deepEqual(outOf(mixture, {}, { from: batch(pairOf(5)) }), batch(excerptPort(5)))
  t.deepEqual(outOf(mixture, {}, { from: batch(channelsOf(3, 5)) }), batch(excerptPort(5)))
  t.throws(() => outOf(mixture, {}, { from: batch(excerptPort(5)) }), { instanceOf: ParameterProblem })
})
