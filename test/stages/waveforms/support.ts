import type { ExcerptPort, Port } from '../../../stages/ports.js'
import { fixture } from '../views/support.js'

export const excerptPort: ExcerptPort = { kind: 'excerpt', rate: 8000, samples: 200 }
export const ports: { from: Port } = { from: excerptPort }

interface Cases {
  sound: number[]
  response: number[]
  convolution: number[]
  room: number[]
  filters: { kind: 'low-pass' | 'high-pass' | 'band-stop'; frequency: number; q: number; out: number[] }[]
  white: number[]
  pink: number[]
  noise: number[]
  added: { snr: number; out: number[] }[]
  tones: number[]
  stretches: { rate: number; out: number[] }[]
  shifts: { semitones: number; out: number[] }[]
}

/** What SciPy, librosa and NumPy give. */
export const cases = fixture<Cases>('waveforms')
export const sound = Float32Array.from(cases.sound)

/** Level of the difference over that of what was expected, dB, ends left out. */
export function errorInDecibels(got: ArrayLike<number>, expected: readonly number[], margin = 0): number {
  let [error, energy] = [0, 0]
  for (let i = margin; i < expected.length - margin; i++) {
    error += (got[i]! - expected[i]!) ** 2
    energy += expected[i]! ** 2
  }
  return 10 * Math.log10(error / energy)
}

export const energy = (samples: Float32Array) => samples.reduce((sum, sample) => sum + sample * sample, 0)
