import test from 'ava'
import timeReversal, { reversed } from '../../../stages/views/time-reversal.js'
import { testProp } from '../../properties.js'
import { draws, patches, patchPort, runItem } from './support.js'

testProp('twice is the patch itself', [patches()], (t, patch) => {
  t.deepEqual(reversed(reversed(patch, 8), 8), patch)
})

test('frames turn round, bands stay', t => {
  t.deepEqual(reversed(Float32Array.from([1, 2, 3, 4, 5, 6]), 2), Float32Array.from([5, 6, 3, 4, 1, 2]))
})

test('a probability of 0 leaves every patch', t => {
  const from = Float32Array.from({ length: 96 }, (_, i) => i)
  t.is(runItem(timeReversal, { probability: 0 }, { from: patchPort }, { from }), from)
})

test('the share of the patches that are reversed is the probability', t => {
  const from = Float32Array.from({ length: 96 }, (_, i) => i)
  const run = (i: number) =>
    runItem(timeReversal, { probability: 0.3 }, { from: patchPort }, { from, rng: draws(`${i}`) })
  const reversals = Array.from({ length: 4000 }, (_, i) => run(i)).filter(patch => patch !== from)
  t.true(Math.abs(reversals.length - 1200) < 130)
  t.deepEqual(reversals[0], reversed(from, 8))
})
