/** Whether two recordings hold the same waveform, up to gain, polarity and a shift in time. */

/** Two recordings laid over each other as they agree best. */
export interface Alignment {
  /** Samples, fractional: what stands at t in `a` stands at t + lag in `b`. */
  lag: number
  /** Normalised cross-correlation over all that both hold at that lag, -1 ... 1. Negative: polarity is inverted. */
  correlation: number
  /** Largest magnitude that the correlation has at other lags: near that of `correlation` for tones, small for noise. */
  elsewhere: number
  /** Level of `b` over `a`, dB. */
  gain: number
  /** Samples of `a` that `b` holds too, at that lag. */
  from: number
  to: number
}

/** Samples over which the lag is looked for: the loudest stretch of this length. */
const STRETCH = 8000
/** Samples around the best lag that belong to its peak. */
const PEAK = 8
/** Lags on each side of the best whole one from which the peak between samples is interpolated. */
const AROUND = 16
/** Lags on each side among which that peak may stand: near 4 kHz neighbours differ in sign. */
const NEAR = 3
/** Steps between two samples. */
const STEPS = 16

/**
 * The lag near `lag` at which two waveforms agree best. Between samples the correlation is interpolated by a windowed
 * sinc (Lanczos): it is band-limited as they are.
 *
 * @param a @param b mono, one rate
 * @param slack how far from `lag` is looked, samples
 * @returns undefined if nothing sounds in both
 */
export function align(a: Float32Array, b: Float32Array, lag: number, slack: number): Alignment | undefined {
  const [start, end] = loudest(a, Math.max(0, -lag), Math.min(a.length, b.length - lag))
  const energies = runningEnergy(b, start + lag - slack, end + lag + slack)
  const agreement = Float64Array.from({ length: 2 * slack + 1 }, (_, shift) => {
    const under = energies[shift + end - start]! - energies[shift]!
    return under > 0 ? Math.abs(product(a, b, lag - slack + shift, start, end)) / Math.sqrt(under) : 0
  })
  const best = agreement.reduce((best, value, shift) => (value > agreement[best]! ? shift : best), 0)
  if (agreement[best] === 0) return undefined
  const elsewhere = agreement.reduce(
    (most, value, shift) => (Math.abs(shift - best) < PEAK ? most : Math.max(most, value)),
    0,
  )
  const found = interpolated(a, b, lag - slack + best)
  return found && { ...found, elsewhere: (elsewhere / agreement[best]!) * Math.abs(found.correlation) }
}

function interpolated(a: Float32Array, b: Float32Array, whole: number): Omit<Alignment, 'elsewhere'> | undefined {
  const from = Math.max(0, -whole)
  const to = Math.min(a.length, b.length - whole)
  const [left, right] = [energy(a, from, to), energy(b, from + whole, to + whole)]
  if (left === 0 || right === 0) return undefined
  const around = Array.from({ length: 2 * AROUND + 1 }, (_, i) => product(a, b, whole + i - AROUND, from, to))
  let [best, step] = [around[AROUND]!, 0]
  for (let tried = -NEAR * STEPS; tried <= NEAR * STEPS; tried++) {
    const sum = around.reduce((sum, value, i) => sum + value * lanczos(tried / STEPS - (i - AROUND)), 0)
    if (Math.abs(sum) > Math.abs(best)) [best, step] = [sum, tried]
  }
  const correlation = Math.max(-1, Math.min(1, best / Math.sqrt(left * right)))
  return { lag: whole + step / STEPS, correlation, gain: 10 * Math.log10(right / left), from, to }
}

/** Sum of a[i] b[i + lag] for i from `from` up to `to`; samples beyond the ends of `b` are zero. */
function product(a: Float32Array, b: Float32Array, lag: number, from: number, to: number): number {
  const end = Math.min(to, b.length - lag)
  let sum = 0
  for (let i = Math.max(from, -lag); i < end; i++) sum += a[i]! * b[i + lag]!
  return sum
}

/** Energies of samples[from ... from + n], by n; samples beyond the ends are zero. */
function runningEnergy(samples: Float32Array, from: number, to: number): Float64Array {
  const sums = new Float64Array(to - from + 1)
  for (let i = from; i < to; i++) sums[i - from + 1] = sums[i - from]! + (samples[i] ?? 0) ** 2
  return sums
}

function loudest(samples: Float32Array, from: number, to: number): [start: number, end: number] {
  if (to - from <= STRETCH) return [from, to]
  const step = STRETCH / 8
  let [start, most] = [from, -1]
  for (let at = from; at + STRETCH <= to; at += step) {
    const sum = energy(samples, at, at + STRETCH)
    if (sum > most) [start, most] = [at, sum]
  }
  return [start, start + STRETCH]
}

function energy(samples: Float32Array, from: number, to: number): number {
  let sum = 0
  for (let i = from; i < to; i++) sum += samples[i]! ** 2
  return sum
}

/** Zero from `AROUND - NEAR` on. */
const lanczos = (x: number) => (Math.abs(x) < AROUND - NEAR ? sinc(x) * sinc(x / (AROUND - NEAR)) : 0)

const sinc = (x: number) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x))

/**
 * First differences: the tilt of most recordings is taken away, so that sounds with the same low hum do not agree by
 * the hum alone.
 */
export function differences(samples: Float32Array): Float32Array {
  const out = new Float32Array(samples.length)
  for (let i = 1; i < samples.length; i++) out[i] = samples[i]! - 0.95 * samples[i - 1]!
  return out
}
