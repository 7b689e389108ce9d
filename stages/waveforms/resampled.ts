/** Sound read at another speed, for any ratio: a windowed sinc of 32 zero crossings, from a table. */
import { bessel0 } from '../audio/signal/resampler.js'

const ZEROS = 32
const PER_ZERO = 512
/** Pass band, of the lower Nyquist frequency, and the Kaiser window's beta: 80 dB of stop band. */
const ROLLOFF = 0.94
const BETA = 9

let table: Float64Array | undefined

/**
 * `length` samples at places 0, step, 2 step, ... of the sound; beyond its ends it is silent.
 *
 * @param step in samples of the sound; above 1 what would be folded back is filtered away
 */
export function resampled(sound: Float32Array, step: number, length: number): Float32Array {
  table ??= makeTable()
  const scale = Math.min(1, 1 / step)
  const reach = ZEROS / scale
  const pace = scale * PER_ZERO
  const out = new Float32Array(length)
  for (let n = 0; n < length; n++) {
    const place = n * step
    const before = Math.floor(place)
    let sum = 0
    for (let i = Math.min(before, sound.length - 1); i >= 0 && place - i <= reach; i--)
      sum += weightAt(table, (place - i) * pace) * sound[i]!
    for (let i = before + 1; i < sound.length && i - place <= reach; i++)
      sum += weightAt(table, (i - place) * pace) * sound[i]!
    out[n] = scale * sum
  }
  return out
}

/** Between the entries of the table. */
function weightAt(weights: Float64Array, at: number): number {
  const whole = at | 0
  const value = weights[whole]!
  return value + (at - whole) * (weights[whole + 1]! - value)
}

/** One side of the windowed sinc, and zeros behind its end. */
function makeTable(): Float64Array {
  return Float64Array.from({ length: ZEROS * PER_ZERO + 2 }, (_, i) => {
    const time = i / PER_ZERO
    const inside = 1 - (time / ZEROS) ** 2
    if (inside <= 0) return 0
    const x = Math.PI * ROLLOFF * time
    return (ROLLOFF * (x === 0 ? 1 : Math.sin(x) / x) * bessel0(BETA * Math.sqrt(inside))) / bessel0(BETA)
  })
}
