import test from 'ava'
import { activeLevel, activeStretch } from '../../../stages/scenes/active-level.js'
import { fixture } from '../views/support.js'

interface Case {
  name: string
  rate: number
  samples: number[]
  level: number
  stretch: [number, number]
}

test('levels and stretches agree with NumPy', t => {
  for (const { name, rate, samples, level, stretch } of fixture<Case[]>('scenes')) {
    const sound = Float32Array.from(samples)
    t.true(Math.abs(activeLevel(sound, rate) - level) < 1e-4, name)
    t.deepEqual(activeStretch(sound, rate), stretch, name)
  }
})

test('a square wave of amplitude 1 has 0 dB, pauses do not count', t => {
  const sound = new Float32Array(16_000)
  for (let i = 4000; i < 8000; i++) sound[i] = i % 2 ? 1 : -1
  t.true(Math.abs(activeLevel(sound, 1000)) < 1e-9)
  t.true(
    Math.abs(
      activeLevel(
        sound.map(sample => sample / 10),
        1000,
      ) + 20,
    ) < 1e-5,
  )
})

test('silence, and what is next to it, has no level', t => {
  t.throws(() => activeLevel(new Float32Array(1000), 8000), { instanceOf: RangeError })
  t.throws(() => activeStretch(new Float32Array(1000).fill(5e-5), 8000), { instanceOf: RangeError })
  t.throws(() => activeLevel(new Float32Array(0), 8000), { instanceOf: RangeError })
})
