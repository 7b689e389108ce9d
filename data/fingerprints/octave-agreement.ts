import FastFourierTransform from 'fft.js'

const RATE = 8000
const WINDOW = 1024
const HOP = 512
/** Hertz: six octaves, the last one up to where resampled sound ends. */
const EDGES = [60, 125, 250, 500, 1000, 2000, 3800]

/** How well two aligned sounds agree in one octave. */
export interface Octave {
  /** Hertz. */
  from: number
  to: number
  /** Normalised correlation of the waveforms within the octave, -1 ... 1. */
  correlation: number
  /** Its energy over that of the loudest octave, in the sound where that is higher; dB. */
  level: number
}

/**
 * Agreement of two waveforms octave by octave at one lag: the real part of the cross-spectrum over the root of both
 * powers, summed over windows of 128 ms. One recording coded twice agrees at low frequencies best, and in each octave
 * that is loud; two strokes, or one loop below two melodies, disagree in some.
 *
 * @param a @param b of equal length, at 8 kHz
 * @param fraction samples by which `b` is late, -1 ... 1
 * @returns octaves in which both sound
 */
export function octaveAgreement(a: Float32Array, b: Float32Array, fraction: number): Octave[] {
  const transform = new FastFourierTransform(WINDOW)
  const [left, right]: [number[], number[]] = [transform.createComplexArray(), transform.createComplexArray()]
  const sums = EDGES.slice(1).map(() => ({ left: 0, right: 0, cross: 0 }))
  for (let at = 0; at === 0 || at + WINDOW <= a.length; at += HOP) {
    transform.realTransform(left, windowed(a, at))
    transform.realTransform(right, windowed(b, at))
    sums.forEach((sum, octave) => {
      for (let bin = binOf(EDGES[octave]!); bin < binOf(EDGES[octave + 1]!); bin++) {
        const [x, y, u, v] = [left[2 * bin]!, left[2 * bin + 1]!, right[2 * bin]!, right[2 * bin + 1]!]
        const turn = (2 * Math.PI * bin * fraction) / WINDOW
        sum.left += x * x + y * y
        sum.right += u * u + v * v
        sum.cross += (x * u + y * v) * Math.cos(turn) - (x * v - y * u) * Math.sin(turn)
      }
    })
  }
  const [most, other] = [Math.max(...sums.map(sum => sum.left)), Math.max(...sums.map(sum => sum.right))]
  return sums.flatMap((sum, octave) => {
    if (sum.left === 0 || sum.right === 0) return []
    const level = 10 * Math.log10(Math.max(sum.left / most, sum.right / other))
    const correlation = sum.cross / Math.sqrt(sum.left * sum.right)
    return [{ from: EDGES[octave]!, to: EDGES[octave + 1]!, correlation, level }]
  })
}

const binOf = (hertz: number) => Math.round((hertz * WINDOW) / RATE)

const hann = Float64Array.from({ length: WINDOW }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / WINDOW))

const windowed = (samples: Float32Array, at: number) => Array.from(hann, (weight, i) => (samples[at + i] ?? 0) * weight)
