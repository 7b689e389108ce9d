import test from 'ava'
import { ParameterProblem } from '../../../stages/contract.js'
import bandFilter, { biquad, filterOf } from '../../../stages/waveforms/band-filter.js'
import { draws, largestDifference, outOf, runItem } from '../views/support.js'
import { cases, energy, ports, sound } from './support.js'

test('agrees with scipy.signal.lfilter, and with its Butterworth filters where they are the same', t => {
  for (const { kind, frequency, q, out } of cases.filters)
    t.true(largestDifference(biquad(sound, filterOf(kind, frequency, q)), out) < 1e-6, `${kind} ${frequency} ${q}`)
})

const sine = (hertz: number) =>
  Float32Array.from({ length: 4000 }, (_, i) => Math.sin((2 * Math.PI * hertz * i) / 8000))
const passed = (kind: 'high-pass' | 'low-pass' | 'band-stop', hertz: number) =>
  energy(biquad(sine(hertz), filterOf(kind, 1000 / 8000, 0.7)).subarray(1000)) / energy(sine(hertz).subarray(1000))

test('each takes away its part of the spectrum', t => {
  t.true(passed('high-pass', 100) < 0.001 && passed('high-pass', 3500) > 0.98)
  t.true(passed('low-pass', 100) > 0.98 && passed('low-pass', 3500) < 0.001)
  t.true(passed('band-stop', 1000) < 1e-6 && passed('band-stop', 20) > 0.98 && passed('band-stop', 3990) > 0.98)
})

test('frequencies lie in the range and below half the rate', t => {
  const lost: number[] = []
  for (let i = 0; i < 40; i++) {
    const given = { from: sine(300), rng: draws(`clip ${i}`) }
    const parameters = { frequency: ['200 Hz', '3 kHz'] }
    lost.push(energy(runItem(bandFilter, parameters, ports, given) as Float32Array) / energy(sine(300)))
  }
  t.true(Math.max(...lost) > 0.7 && Math.min(...lost) < 0.01)
  t.throws(() => outOf(bandFilter, { frequency: [100, 4000] }, ports), { instanceOf: ParameterProblem })
})
