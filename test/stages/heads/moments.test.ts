import test from 'ava'
import type { Tensor } from '../../../engine/engine.js'
import moments from '../../../stages/heads/moments.js'
import { ntXent } from '../../../stages/losses/nt-xent.js'
import type { Port } from '../../../stages/ports.js'
import { near } from '../../engine/near.js'
import { engine, weightsFrom } from '../../engine/started.js'
import { builder, outOf } from '../built.js'

const { tf } = engine
const batch = (size: number, of: object) => ({ kind: 'batch', size, of }) as Port
const tokens = (times: number, bins: number, size: number) =>
  batch(2, { kind: 'tokens', count: times * bins, size, times, bins })

test('an example a moment, patch after patch, in its mean over frequency', t => {
  const ports = { from: tokens(3, 2, 4) }
  t.deepEqual(outOf(moments, {}, ports), batch(6, { kind: 'embedding', size: 4 }))
  const head = builder(moments, {}, ports)(weightsFrom(1).scope)
  const x = tf.randomNormal([2, 6, 4], 0, 1, 'float32', 3)
  const values = x.arraySync() as number[][][]
  const expected = values.flatMap(patch =>
    [0, 2, 4].flatMap(first => patch[first]!.map((low, i) => (low + patch[first + 1]![i]!) / 2)),
  )
  near(t, head({ from: x }, { training: true }).dataSync(), expected)
})

test('tokens that are hidden are refused', t => {
  const hidden = batch(2, { kind: 'tokens', count: 5, size: 4, times: 3, bins: 2 })
  t.throws(() => outOf(moments, {}, { from: hidden }), { message: /5 of 3 x 2 tokens/ })
})

test('NT-Xent tells moments of one patch apart: those that are all alike are as hard as chance says', t => {
  const from = tokens(3, 1, 6)
  const head = builder(moments, {}, { from })(weightsFrom(1).scope)
  const loss = (x: Tensor) => {
    const seen = head({ from: x }, { training: true })
    return ntXent(engine, [seen, seen], 0.5).dataSync()[0]!
  }
  near(t, [loss(tf.ones([2, 3, 6]))], [Math.log(11)])
  // each example has one partner at cosine 1 and ten others at 0
  near(t, [loss(tf.reshape(tf.eye(6), [2, 3, 6]))], [Math.log(1 + 10 * Math.exp(-2))])
})
