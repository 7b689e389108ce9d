import FastFourierTransform from 'fft.js'

const WINDOW = 512
const HOP = 256
const BANDS = 16
/** Of the loudest cell: cells below are left out, and the floor that is added to each. */
const HEARD = 1e-3
const FLOOR = 1e-6

/**
 * How differently two aligned sounds are shaped in time and frequency, dB: the deviation of their levels in cells of
 * 32 ms and 16 bands (100 to 3700 Hz at 8 kHz) from the level difference that most cells have, weighted by magnitude.
 * A copy, coded with loss too, stays near 1 dB; two strokes of one string differ by several.
 *
 * @param a @param b of equal length, at 8 kHz
 */
export function levelDeviation(a: Float32Array, b: Float32Array): number {
  const [left, right] = [cells(a), cells(b)]
  const [most, other] = [maximum(left), maximum(right)]
  const heard = [...left.keys()].filter(i => left[i]! > HEARD * most || right[i]! > HEARD * other)
  if (heard.length === 0) return 0
  const ratios = heard.map(i => 10 * Math.log10((right[i]! / other + FLOOR) / (left[i]! / most + FLOOR)))
  const usual = [...ratios].sort((x, y) => x - y)[Math.floor(ratios.length / 2)]!
  let [sum, weights] = [0, 0]
  for (const [k, i] of heard.entries()) {
    const weight = Math.sqrt(left[i]!)
    sum += weight * (ratios[k]! - usual) ** 2
    weights += weight
  }
  return weights > 0 ? Math.sqrt(sum / weights) : 0
}

const maximum = (values: Float64Array) => values.reduce((most, value) => Math.max(most, value), Number.MIN_VALUE)

const edges = Array.from({ length: BANDS + 1 }, (_, i) => Math.round((100 * 37 ** (i / BANDS) * WINDOW) / 8000))

/** Energy by moment and band. */
function cells(sound: Float32Array): Float64Array {
  const transform = new FastFourierTransform(WINDOW)
  const spectrum: number[] = transform.createComplexArray()
  const moments = 1 + Math.max(0, Math.floor((sound.length - WINDOW) / HOP))
  const energies = new Float64Array(moments * BANDS)
  for (let moment = 0; moment < moments; moment++) {
    const frame = Array.from({ length: WINDOW }, (_, i) => (sound[moment * HOP + i] ?? 0) * hann(i))
    transform.realTransform(spectrum, frame)
    for (let band = 0; band < BANDS; band++) {
      const end = Math.max(edges[band]! + 1, edges[band + 1]!)
      for (let bin = edges[band]!; bin < end; bin++)
        energies[moment * BANDS + band]! += spectrum[2 * bin]! ** 2 + spectrum[2 * bin + 1]! ** 2
    }
  }
  return energies
}

const hann = (i: number) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / WINDOW)
