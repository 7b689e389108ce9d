import test from 'ava'
import type { Patch } from '../../../stages/values.js'
import gaussianBlur, { blurred, gaussian } from '../../../stages/views/gaussian-blur.js'
import { fc, testProp } from '../../properties.js'
import { draws, fixture, largestDifference, PATCH_SIZE, patches, patchPort, runItem } from './support.js'

const { bands } = patchPort
const widths = () => fc.nat(6).map(half => 2 * half + 1)
const deviations = () => fc.double({ min: 0.1, max: 50, noNaN: true })

test('agrees with a separable blur in SciPy', t => {
  type Case = Record<'bands' | 'time' | 'frequency' | 'deviation', number> & Record<'patch' | 'blurred', number[]>
  for (const { bands, time, frequency, deviation, patch, blurred: expected } of fixture<Case[]>('gaussian-blur')) {
    const kernels = { time: gaussian(time, deviation), frequency: gaussian(frequency, deviation) }
    t.true(
      largestDifference(blurred(Float32Array.from(patch), bands, kernels), expected) < 1e-6,
      `${time} ${frequency}`,
    )
  }
})

testProp('a kernel is positive, symmetric and sums to 1', [widths(), deviations()], (t, width, deviation) => {
  const kernel = gaussian(width, deviation)
  t.is(kernel.length, width)
  t.true(kernel.every(value => value >= 0))
  t.true(largestDifference(kernel, kernel.slice().reverse()) < 1e-15)
  t.true(Math.abs(kernel.reduce((a, b) => a + b) - 1) < 1e-12)
})

testProp('no value leaves the range of the patch', [patches(), widths(), widths()], (t, patch, time, frequency) => {
  const result = blurred(patch, bands, { time: gaussian(time, 2), frequency: gaussian(frequency, 2) })
  t.true(Math.min(...result) >= Math.min(...patch) - 1e-5 && Math.max(...result) <= Math.max(...patch) + 1e-5)
})

/** One bin in the middle: where a blurred patch is not 0 tells the kernel's widths. */
const impulse = () => Float32Array.from({ length: PATCH_SIZE }, (_, i) => (i === 5 * bands + 4 ? 1 : 0))

test('widths over time and frequency are drawn apart, every odd one equally often', t => {
  const counts = new Map<string, number>()
  const given = { 'time-width': 5, 'frequency-width': 3 }
  for (let i = 0; i < 6000; i++) {
    const from = impulse()
    const patch = runItem(gaussianBlur, given, { from: patchPort }, { from, rng: draws(`${i}`) }) as Patch
    t.deepEqual(from, impulse())
    const bins = [...patch.keys()].filter(bin => patch[bin] !== 0)
    const drawn = [bin => Math.floor(bin / bands), bin => bin % bands] satisfies ((bin: number) => number)[]
    const key = drawn.map(place => new Set(bins.map(place)).size).join(' ')
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  t.deepEqual([...counts.keys()].sort(), ['1 1', '1 3', '3 1', '3 3', '5 1', '5 3'])
  for (const count of counts.values()) t.true(Math.abs(count - 1000) < 130)
})

test('widths of 1 leave the patch', t => {
  const given = { 'time-width': 1, 'frequency-width': 1 }
  t.deepEqual(runItem(gaussianBlur, given, { from: patchPort }, { from: impulse() }) as Patch, impulse())
})

test('an even width is refused', t => {
  t.throws(() => runItem(gaussianBlur, { 'time-width': 4 }, { from: patchPort }, { from: impulse() }), {
    message: /odd/,
  })
})
