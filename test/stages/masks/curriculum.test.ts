import test from 'ava'
import { ParameterProblem } from '../../../stages/contract.js'
import stage from '../../../stages/masks/curriculum.js'
import type { Port } from '../../../stages/ports.js'
import { engine, weightsFrom } from '../../engine/started.js'
import { builder, outOf } from '../built.js'

const { tf } = engine
const masks = (kept: number): Port => ({ kind: 'batch', size: 4, of: { kind: 'indices', kept, times: 1, bins: 2 } })
const [from, second] = [tf.tensor2d([0, 1, 0, 1, 0, 1, 0, 1], [4, 2]), tf.tensor2d([1, 0, 1, 0, 1, 0, 1, 0], [4, 2])]

test('the first clips of a batch have the second masks: as many as the share of now says', t => {
  const of = builder(stage, { share: 0.5 }, { from: masks(1), second: masks(1) })(weightsFrom(1).scope)
  const firstOf = (now = {}) =>
    [...of({ from, second }, { training: true, now }).dataSync()].filter((_, at) => at % 2 === 0)
  t.deepEqual(firstOf(), [1, 1, 0, 0])
  t.deepEqual(firstOf({ share: tf.scalar(0) }), [0, 0, 0, 0])
  t.deepEqual(firstOf({ share: tf.scalar(0.25) }), [1, 0, 0, 0])
  t.deepEqual(firstOf({ share: tf.scalar(1) }), [1, 1, 1, 1])
})

test('masks that keep more are refused', t => {
  const refused = () => outOf(stage, {}, { from: masks(1), second: masks(2) })
  t.regex(t.throws(refused, { instanceOf: ParameterProblem })!.message, /1 are kept, and 2 here/)
})
