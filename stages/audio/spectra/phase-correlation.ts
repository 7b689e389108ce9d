/** Generalised cross-correlation with phase transform (Knapp and Carter 1976), frame by frame. */
import type FFT from 'fft.js'
import { CentredFrames } from './centred-frames.js'
import { type LogMelOptions, periodicWindow } from './log-mel-spectrogram.js'

export interface CorrelationOptions
  extends Pick<LogMelOptions, 'fft' | 'window' | 'shape' | 'hop' | 'low' | 'high' | 'rate'> {
  /** Added to the magnitude of the cross-spectrum. */
  floor: number
  /** How many lags, at equal distances from -longest to +longest. */
  lags: number
  /** Samples, also parts of one. */
  longest: number
}

/**
 * The mean over the bins from `low` to `high` of cos(phase(A) - phase(B) + 2 pi bin lag / fft), each bin weighted by
 * |A B*| / (|A B*| + floor): 1 at a lag by which the first sound comes later than the second in all of them, -1 where
 * they are opposite. Over all bins it is the inverse Fourier transform of A B* / (|A B*| + floor). Frames as those of
 * `logMelSpectrogram`, float64 inside.
 *
 * @param first @param second mono, equally long; how they are cut into blocks changes nothing
 * @returns blocks of whole frames, row-major frames x lags, the earliest lag first
 * @throws RangeError if one sound is longer than the other
 */
export async function* phaseCorrelation(
  first: AsyncIterable<Float32Array>,
  second: AsyncIterable<Float32Array>,
  options: CorrelationOptions,
): AsyncGenerator<Float32Array> {
  const { default: FastFourierTransform } = await import('fft.js')
  const correlate = correlation(new FastFourierTransform(options.fft), options)
  const sides = [first, second].map(blocks => ({
    blocks: blocks[Symbol.asyncIterator](),
    frames: new CentredFrames(options.fft, options.hop),
    length: 0,
    ended: false,
  }))
  const [a, b] = sides as [(typeof sides)[0], (typeof sides)[0]]
  while (!a.ended || !b.ended) {
    const behind = b.ended || (!a.ended && a.length <= b.length) ? a : b
    const { value, done } = await behind.blocks.next()
    if (done) {
      behind.ended = true
      behind.frames.finish()
    } else {
      behind.length += value.length
      behind.frames.push(value)
    }
    if (a.frames.count && b.frames.count) yield correlate(a.frames, b.frames)
  }
  if (a.length !== b.length) throw new RangeError(`channels of ${a.length} and ${b.length} samples do not go together`)
}

/** Takes all frames out that are whole in both. */
function correlation(fft: FFT, options: CorrelationOptions): (a: CentredFrames, b: CentredFrames) => Float32Array {
  const { fft: size, window, hop, lags, floor } = options
  const { lowest, bins, cosines, sines } = waves(options)
  const before = (size - window) >> 1
  const taper = periodicWindow(window, options.shape ?? 'hann')
  const input: number[] = new Array(size).fill(0)
  const [one, other]: [number[], number[]] = [fft.createComplexArray(), fft.createComplexArray()]
  const transformed = (spectrum: number[], sound: Float32Array, at: number) => {
    for (let i = 0; i < window; i++) input[before + i] = sound[at + i]! * taper[i]!
    fft.realTransform(spectrum, input)
  }
  const real = new Float64Array(bins)
  const imaginary = new Float64Array(bins)
  return (a, b) => {
    const count = Math.min(a.count, b.count)
    const out = new Float32Array(count * lags)
    for (let frame = 0; frame < count; frame++) {
      const at = frame * hop + before
      transformed(one, a.sound, a.first + at)
      transformed(other, b.sound, b.first + at)
      for (let k = 0, re = 2 * lowest; k < bins; k++, re += 2) {
        const crossed = one[re]! * other[re]! + one[re + 1]! * other[re + 1]!
        const turned = one[re + 1]! * other[re]! - one[re]! * other[re + 1]!
        const weight = 1 / (Math.sqrt(crossed * crossed + turned * turned) + floor)
        real[k] = crossed * weight
        imaginary[k] = turned * weight
      }
      // a lag and its opposite share their products
      for (let lag = 0, row = 0; lag < lags / 2; lag++) {
        let [even, odd] = [0, 0]
        for (let k = 0; k < bins; k++, row++) {
          even += real[k]! * cosines[row]!
          odd += imaginary[k]! * sines[row]!
        }
        out[frame * lags + lag] = even + odd
        out[(frame + 1) * lags - 1 - lag] = even - odd
      }
    }
    a.drop(count)
    b.drop(count)
    return out
  }
}

/** For the longest lag, then the next, ...: cosine and sine of 2 pi bin lag / fft by bin, and the bin's share. */
function waves({ fft, rate, low, high, lags, longest }: CorrelationOptions) {
  const lowest = Math.ceil((low * fft) / rate)
  const bins = Array.from({ length: Math.floor((high * fft) / rate) - lowest + 1 }, (_, k) => lowest + k)
  const share = (bin: number) => (bin === 0 || bin === fft / 2 ? 1 : 2) // of a real sound's spectrum each but these comes twice
  const all = bins.reduce((sum, bin) => sum + share(bin), 0)
  const half = Array.from({ length: Math.ceil(lags / 2) }, (_, at) => longest * (1 - (2 * at) / (lags - 1)))
  const table = (of: (angle: number) => number) =>
    Float64Array.from(half.flatMap(lag => bins.map(bin => (share(bin) / all) * of((2 * Math.PI * bin * lag) / fft))))
  return { lowest, bins: bins.length, cosines: table(Math.cos), sines: table(Math.sin) }
}
