import test from 'ava'
import type { Patch } from '../../../stages/values.js'
import normalise, { normalised } from '../../../stages/views/normalise.js'
import { testProp } from '../../properties.js'
import { bankOf, largestDifference, logMelPort, patches, patchPort, runItem } from './support.js'

testProp('undone by times deviation plus mean', [patches()], (t, patch) => {
  const scaled = normalised(patch, { mean: -2.5, deviation: 1.7 })
  t.true(
    largestDifference(
      scaled.map(value => value * 1.7 - 2.5),
      patch,
    ) < 1e-5,
  )
})

test('takes mean and deviation from its bank', t => {
  const item = { from: Float32Array.from([1, 3]), statistics: bankOf([], { mean: 1, deviation: 4 }).bank }
  const scaled = runItem(normalise, {}, { from: patchPort, statistics: logMelPort }, item) as Patch
  t.deepEqual(scaled, Float32Array.from([0, 0.5]))
})

test('a deviation of 0 is an error, not NaN', t => {
  t.throws(() => normalised(new Float32Array(2), { mean: 0, deviation: 0 }), { instanceOf: RangeError })
  t.throws(() => normalised(new Float32Array(2), { mean: 0, deviation: Number.NaN }), { instanceOf: RangeError })
})
