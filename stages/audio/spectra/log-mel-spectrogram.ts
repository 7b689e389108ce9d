import type FFT from 'fft.js'
import { CentredFrames } from './centred-frames.js'
import { type MelOptions, melFilterBank } from './mel-filter-bank.js'

export type WindowShape = 'hann' | 'hamming'

export interface LogMelOptions extends MelOptions {
  /** Length of the window, samples; centred in the FFT if shorter. */
  window: number
  /** Hann if absent; both are periodic. */
  shape?: WindowShape | undefined
  /** Samples from frame to frame. */
  hop: number
  /** Added to the mel power before the logarithm. */
  floor: number
}

/**
 * log10(mel power + floor) frame by frame: windowed, frames centred on multiples of the hop with the sound mirrored at
 * its ends, as librosa.feature.melspectrogram(center=True, pad_mode='reflect'). Float64 inside.
 *
 * @param blocks mono sound; how it is cut changes nothing
 * @returns blocks of whole frames, row-major frames x bands; 1 + floor(samples / hop) frames in all
 */
export async function* logMelSpectrogram(
  blocks: AsyncIterable<Float32Array>,
  options: LogMelOptions,
): AsyncGenerator<Float32Array> {
  const { default: FastFourierTransform } = await import('fft.js')
  const transform = logMelFrames(new FastFourierTransform(options.fft), options)
  const frames = new CentredFrames(options.fft, options.hop)
  for await (const block of blocks) {
    frames.push(block)
    if (frames.count) yield transform(frames)
  }
  frames.finish()
  if (frames.count) yield transform(frames)
}

/** The same of sound that is there as a whole, to be used as often as wanted: all frames, row-major frames x bands. */
export async function logMelOf(options: LogMelOptions): Promise<(sound: Float32Array) => Float32Array> {
  const { default: FastFourierTransform } = await import('fft.js')
  const transform = logMelFrames(new FastFourierTransform(options.fft), options)
  return sound => {
    const frames = new CentredFrames(options.fft, options.hop)
    frames.push(sound)
    frames.finish()
    return transform(frames)
  }
}

/** Takes all whole frames out of `frames`. */
function logMelFrames(fft: FFT, options: LogMelOptions): (frames: CentredFrames) => Float32Array {
  const { fft: size, window, hop, bands, floor } = options
  const { first, weights } = melFilterBank(options)
  const [lowest, highest] = [Math.min(...first), Math.max(...first.map((bin, b) => bin + weights[b]!.length))]
  const before = (size - window) >> 1
  const taper = periodicWindow(window, options.shape ?? 'hann')
  // fft.js is quickest on plain arrays
  const input: number[] = new Array(size).fill(0)
  const spectrum: number[] = fft.createComplexArray()
  const power = new Float64Array(size / 2 + 1)
  return frames => {
    const { count, sound, first: start } = frames
    const out = new Float32Array(count * bands)
    for (let frame = 0; frame < count; frame++) {
      const at = start + frame * hop + before
      for (let i = 0; i < window; i++) input[before + i] = sound[at + i]! * taper[i]!
      fft.realTransform(spectrum, input)
      for (let bin = lowest; bin < highest; bin++) {
        const real = spectrum[2 * bin]!
        const imaginary = spectrum[2 * bin + 1]!
        power[bin] = real * real + imaginary * imaginary
      }
      for (let band = 0; band < bands; band++) {
        const filter = weights[band]!
        const from = first[band]!
        let sum = floor
        for (let k = 0; k < filter.length; k++) sum += filter[k]! * power[from + k]!
        out[frame * bands + band] = Math.log10(sum)
      }
    }
    frames.drop(count)
    return out
  }
}

/** One period of a raised cosine, as scipy.signal.get_window(shape, length) with its default of `fftbins`. */
export function periodicWindow(length: number, shape: WindowShape): Float64Array {
  const middle = shape === 'hann' ? 0.5 : 0.54
  return Float64Array.from({ length }, (_, i) => middle - (1 - middle) * Math.cos((2 * Math.PI * i) / length))
}
