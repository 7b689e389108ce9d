import test from 'ava'
import { logOf, powerOf } from '../../stages/power.js'
import { fc, testProp } from '../properties.js'

const float = (constraints: { min: number; max: number }) =>
  fc.float({ min: Math.fround(constraints.min), max: Math.fround(constraints.max), noNaN: true })

testProp(
  'powers are exact to a few bits of float32',
  [float({ min: -37, max: 38 })],
  (t, x) => {
    const power = new Float32Array(1)
    powerOf(Float32Array.of(x), power)
    t.true(Math.abs(power[0]! / 10 ** x - 1) < 2e-7)
  },
  { numRuns: 5000 },
)

testProp(
  'logarithms are exact to a few bits of float32',
  [float({ min: 1e-37, max: 3e38 })],
  (t, power) => {
    const [log] = logOf(Float32Array.of(power))
    t.true(Math.abs(log! - Math.log10(power)) <= 1e-7 * Math.max(1, Math.abs(Math.log10(power))))
  },
  { numRuns: 5000 },
)

test('every stretch of the mantissa and every octave', t => {
  const powers = Float32Array.from(
    { length: 254 * 1021 },
    (_, i) => 2 ** (Math.floor(i / 1021) - 126) * (1 + (i % 1021) / 1021),
  )
  const logs = logOf(powers.slice())
  const back = new Float32Array(powers.length)
  powerOf(logs, back)
  let worstLog = 0
  let worstPower = 0
  powers.forEach((power, i) => {
    worstLog = Math.max(worstLog, Math.abs(logs[i]! - Math.log10(power)) / Math.max(1, Math.abs(Math.log10(power))))
    worstPower = Math.max(worstPower, Math.abs(back[i]! / 10 ** logs[i]! - 1))
  })
  t.true(worstLog < 1e-7, `${worstLog}`)
  t.true(worstPower < 2e-7, `${worstPower}`)
})

test('the sum is that of the powers', t => {
  t.true(Math.abs(powerOf(Float32Array.of(0, 1, 2), new Float32Array(3)) - 111) < 1e-6)
})

test('beyond the tables the exact functions answer', t => {
  const power = new Float32Array(5)
  powerOf(Float32Array.of(-Infinity, Infinity, Number.NaN, 60, -40), power)
  t.deepEqual([...power], [0, Infinity, Number.NaN, Infinity, Math.fround(1e-40)])
  t.deepEqual([...logOf(Float32Array.of(0, Infinity, Number.NaN, -1))], [-Infinity, Infinity, Number.NaN, Number.NaN])
  t.true(Math.abs(logOf(Float32Array.of(1e-40))[0]! + 40) < 1e-4)
})
