import test from 'ava'
import { delayed, heardAround, heardFrom } from '../../../stages/scenes/two-microphones.js'
import { FLOAT32, near } from '../../engine/near.js'
import { fixture } from '../views/support.js'

interface Cases {
  sound: number[]
  cases: { delay: number; taps: number[]; phases: number[] }[]
}
const { sound, cases } = fixture<Cases>('two-microphones')

for (const { delay, taps, phases } of cases)
  test(`a delay of ${delay} samples is that of NumPy, and nearly that of the phases`, t => {
    const later = delayed(Float32Array.from(sound), delay)
    near(t, later, taps, 'taps', { roundings: 1 })
    const inner = (numbers: ArrayLike<number>) => Array.from(numbers).slice(40, -40) // the phases go round
    near(t, inner(later), inner(phases), 'phases', { inexact: 2e-3 })
  })

const of = (both: Float32Array, channel: number) => both.filter((_, at) => at % 2 === channel)
const power = (samples: Float32Array) => samples.reduce((sum, sample) => sum + sample * sample, 0)

test('from the right: the second microphone hears it earlier and louder; ahead both hear the same', t => {
  const impulse = new Float32Array(401)
  impulse[200] = 1
  const place = (samples: Float32Array) => samples.indexOf(Math.max(...samples))
  const microphones = { spacing: 0.343, difference: 6 } // a millisecond, 16 samples
  const right = heardFrom(impulse, 90, microphones, 16_000)
  t.deepEqual([place(of(right, 0)), place(of(right, 1))], [208, 192])
  const louder = 10 * Math.log10(power(of(right, 1)) / power(of(right, 0)))
  near(t, [louder], [6], 'difference of levels')
  const left = heardFrom(impulse, -90, microphones, 16_000)
  t.deepEqual([of(left, 0), of(left, 1)], [of(right, 1), of(right, 0)])
  const half = heardFrom(impulse, 30, microphones, 16_000)
  t.deepEqual([place(of(half, 0)), place(of(half, 1))], [204, 196])
  const ahead = heardFrom(impulse, 0, microphones, 16_000)
  t.deepEqual(of(ahead, 0), of(ahead, 1))
  near(t, of(ahead, 0), impulse, 'ahead', { unit: FLOAT32 })
})

test('from all around: the second microphone hears the same, half of it later', t => {
  t.deepEqual([...heardAround(Float32Array.of(1, 2, 3, 4))], [1, 3, 2, 4, 3, 1, 4, 2])
})
