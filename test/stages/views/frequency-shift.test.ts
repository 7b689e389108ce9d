import test from 'ava'
import { ParameterProblem } from '../../../stages/contract.js'
import type { Patch } from '../../../stages/values.js'
import frequencyShift, { higherBy } from '../../../stages/views/frequency-shift.js'
import { fc, testProp } from '../../properties.js'
import { draws, fixture, outOf, PATCH_SIZE, patches, patchPort, runItem } from './support.js'

const { bands } = patchPort
const ports = { from: patchPort }
const ascending = () => Float32Array.from({ length: PATCH_SIZE }, (_, i) => i)

test('frequency-shift: agrees with numpy.roll', t => {
  type Cases = { patch: number[]; frequency: { shift: number; shifted: number[] }[] }
  const { patch, frequency } = fixture<Cases>('shifts')
  for (const { shift, shifted } of frequency)
    t.deepEqual(higherBy(Float32Array.from(patch), bands, shift), Float32Array.from(shifted), `by ${shift}`)
})

testProp(
  'frequency-shift: a shift and the rest of the way round is the patch itself',
  [patches(), fc.nat(8)],
  (t, patch, shift) => {
    t.deepEqual(higherBy(higherBy(patch, bands, shift), bands, 8 - shift), patch)
  },
)

test('frequency-shift: every shift of the range comes up equally often, none beside it', t => {
  const counts = new Map<number, number>()
  for (let i = 0; i < 4000; i++) {
    const shifted = runItem(frequencyShift, { bands: [2, 5] }, ports, {
      from: ascending(),
      rng: draws(`${i}`),
    }) as Patch
    const shift = shifted.indexOf(0)
    counts.set(shift, (counts.get(shift) ?? 0) + 1)
  }
  t.deepEqual([...counts.keys()].sort(), [2, 3, 4, 5])
  for (const count of counts.values()) t.true(Math.abs(count - 1000) < 120)
})

test('frequency-shift: a shift of 0 leaves the values, and the patch given is never written to', t => {
  const from = ascending()
  t.deepEqual(runItem(frequencyShift, { bands: [0, 0] }, ports, { from }) as Patch, ascending())
  t.notDeepEqual(runItem(frequencyShift, { bands: [1, 3] }, ports, { from }) as Patch, ascending())
  t.deepEqual(from, ascending())
})

test('frequency-shift: a shift round the whole patch is refused at its parameter', t => {
  t.notThrows(() => outOf(frequencyShift, { bands: [1, 7] }, ports))
  const problem = t.throws(() => outOf(frequencyShift, { bands: [1, 8] }, ports), {
    instanceOf: ParameterProblem,
    message: /8 .* has 8 bands/,
  })
  t.is(problem.parameter, 'bands')
  t.throws(() => outOf(frequencyShift, { bands: [3, 1] }, ports), { message: /lower end/ })
  t.throws(() => outOf(frequencyShift, { bands: [0.5, 1] }, ports))
})
