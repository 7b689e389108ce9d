import test from 'ava'
import stage from '../../../stages/masks/rest-tokens.js'
import { outOf, runItem } from '../views/support.js'

const from = { kind: 'indices', kept: 4, times: 3, bins: 2 } as const

test('what was hidden is kept, and the other way round; both stay in order', t => {
  const mask = Float32Array.of(0, 2, 3, 5, 1, 4)
  t.deepEqual(outOf(stage, {}, { from }), { ...from, kept: 2 })
  t.deepEqual(runItem(stage, {}, { from }, { from: mask }), Float32Array.of(1, 4, 0, 2, 3, 5))
  t.deepEqual(mask, Float32Array.of(0, 2, 3, 5, 1, 4))
})
