import test from 'ava'
import { ParameterProblem } from '../../../stages/contract.js'
import type { Patch } from '../../../stages/values.js'
import timeShift, { laterBy } from '../../../stages/views/time-shift.js'
import { fc, testProp } from '../../properties.js'
import { draws, fixture, outOf, PATCH_SIZE, patches, patchPort, runItem } from './support.js'

const { bands } = patchPort
const ports = { from: patchPort }
const ascending = () => Float32Array.from({ length: PATCH_SIZE }, (_, i) => i)

test('time-shift: agrees with numpy.roll', t => {
  type Cases = { patch: number[]; time: { shift: number; shifted: number[] }[] }
  const { patch, time } = fixture<Cases>('shifts')
  for (const { shift, shifted } of time)
    t.deepEqual(laterBy(Float32Array.from(patch), bands, shift), Float32Array.from(shifted), `by ${shift}`)
})

testProp(
  'time-shift: a shift and the rest of the way round is the patch itself',
  [patches(), fc.nat(12)],
  (t, patch, shift) => {
    t.deepEqual(laterBy(laterBy(patch, bands, shift), bands, 12 - shift), patch)
  },
)

test('time-shift: every shift of the range comes up equally often, none beside it', t => {
  const counts = new Map<number, number>()
  for (let i = 0; i < 4000; i++) {
    const shifted = runItem(timeShift, { frames: [2, 5] }, ports, { from: ascending(), rng: draws(`${i}`) }) as Patch
    const shift = shifted.indexOf(0) / bands
    counts.set(shift, (counts.get(shift) ?? 0) + 1)
  }
  t.deepEqual([...counts.keys()].sort(), [2, 3, 4, 5])
  for (const count of counts.values()) t.true(Math.abs(count - 1000) < 120)
})

test('time-shift: a shift of 0 leaves the values, and the patch given is never written to', t => {
  const from = ascending()
  t.deepEqual(runItem(timeShift, { frames: [0, 0] }, ports, { from }) as Patch, ascending())
  t.notDeepEqual(runItem(timeShift, { frames: [1, 3] }, ports, { from }) as Patch, ascending())
  t.deepEqual(from, ascending())
})

test('time-shift: a shift round the whole patch is refused at its parameter', t => {
  t.notThrows(() => outOf(timeShift, { frames: [1, 11] }, ports))
  const problem = t.throws(() => outOf(timeShift, { frames: [1, 12] }, ports), {
    instanceOf: ParameterProblem,
    message: /12 .* has 12 frames/,
  })
  t.is(problem.parameter, 'frames')
  t.throws(() => outOf(timeShift, { frames: [3, 1] }, ports), { message: /lower end/ })
  t.throws(() => outOf(timeShift, { frames: [0.5, 1] }, ports))
})
