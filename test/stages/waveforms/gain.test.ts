import test from 'ava'
import gainStage from '../../../stages/waveforms/gain.js'
import { draws, runItem } from '../views/support.js'
import { energy, ports, sound } from './support.js'

test('decibels are uniform in the range', t => {
  const drawn: number[] = []
  for (let i = 0; i < 200; i++) {
    const out = runItem(gainStage, { decibels: [-6, 3] }, ports, {
      from: sound,
      rng: draws(`clip ${i}`),
    }) as Float32Array
    const decibels = 10 * Math.log10(energy(out) / energy(sound))
    t.true(Math.abs(out[7]! / sound[7]! - 10 ** (decibels / 20)) < 1e-5)
    drawn.push(decibels)
  }
  t.true(Math.min(...drawn) > -6.001 && Math.max(...drawn) < 3.001)
  t.true(Math.abs(drawn.reduce((sum, value) => sum + value, 0) / 200 + 1.5) < 0.6)
})
