/** Longer or shorter at the same pitch: the phase vocoder, as librosa.effects.time_stretch. Float64 inside. */
import { periodicWindow } from '../audio/spectra/log-mel-spectrogram.js'
import { type Fourier, fourierOf } from './fourier.js'

/** Frame by frame, bins 0 ... size / 2: magnitudes, and what is left of the bin once it is divided by its own. */
interface Frames {
  count: number
  bins: number
  magnitudes: Float64Array
  /** Cosine and sine of the phase; 1 and 0 where the magnitude is 0. */
  cosines: Float64Array
  sines: Float64Array
}

/**
 * Magnitudes are interpolated between frames; the phase of each bin advances as it does from frame to frame (Laroche
 * and Dolson, 1999, without phase locking). Phases are kept as points of the unit circle, so that no angle need be
 * worked out or unwrapped.
 *
 * @param rate above 1: faster and shorter; round(length / rate) samples leave
 * @param size FFT length and periodic Hann window, a power of two; frames are size / 4 apart
 */
export async function timeStretched(sound: Float32Array, rate: number, size: number): Promise<Float32Array> {
  const fourier = await fourierOf(size)
  const hop = size / 4
  return synthesised(vocoded(analysed(sound, fourier, hop), rate), fourier, hop, Math.round(sound.length / rate))
}

function room(count: number, bins: number): Frames {
  const [magnitudes, cosines, sines] = [0, 1, 2].map(() => new Float64Array(count * bins)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  return { count, bins, magnitudes, cosines, sines }
}

/** Frames centred on multiples of the hop, zeros beyond both ends, and two silent frames behind the last. */
function analysed(sound: Float32Array, { size, forward }: Fourier, hop: number): Frames {
  const count = 1 + Math.floor(sound.length / hop)
  const frames = room(count + 2, size / 2 + 1)
  const { bins, magnitudes, cosines, sines } = frames
  cosines.fill(1)
  const window = periodicWindow(size, 'hann')
  const frame = new Float64Array(size)
  for (let t = 0; t < count; t++) {
    const start = t * hop - size / 2
    const end = Math.min(size, sound.length - start)
    frame.fill(0)
    for (let i = Math.max(0, -start); i < end; i++) frame[i] = sound[start + i]! * window[i]!
    const spectrum = forward(frame)
    for (let k = 0; k < bins; k++) {
      const [real, imaginary] = [spectrum[2 * k]!, spectrum[2 * k + 1]!]
      const magnitude = Math.sqrt(real * real + imaginary * imaginary)
      if (magnitude === 0) continue
      const at = t * bins + k
      magnitudes[at] = magnitude
      cosines[at] = real / magnitude
      sines[at] = imaginary / magnitude
    }
  }
  return { ...frames, count }
}

function vocoded({ count, bins, magnitudes, cosines, sines }: Frames, rate: number): Frames {
  const out = room(Math.ceil(count / rate), bins)
  const [cosine, sine] = [cosines.slice(0, bins), sines.slice(0, bins)]
  for (let t = 0; t < out.count; t++) {
    const from = Math.floor(t * rate)
    const share = t * rate - from
    for (let k = 0; k < bins; k++) {
      const [here, next, at] = [from * bins + k, (from + 1) * bins + k, t * bins + k]
      out.magnitudes[at] = (1 - share) * magnitudes[here]! + share * magnitudes[next]!
      const [c, s] = [cosine[k]!, sine[k]!]
      out.cosines[at] = c
      out.sines[at] = s
      // what the phase advances from this frame to the next, as a point of the unit circle
      const real = cosines[next]! * cosines[here]! + sines[next]! * sines[here]!
      const imaginary = sines[next]! * cosines[here]! - cosines[next]! * sines[here]!
      cosine[k] = c * real - s * imaginary
      sine[k] = c * imaginary + s * real
    }
  }
  return out
}

/** Overlap and add, divided by the sum of squared windows. */
function synthesised(frames: Frames, { size, inverse }: Fourier, hop: number, length: number): Float32Array {
  const { count, bins, magnitudes, cosines, sines } = frames
  const window = periodicWindow(size, 'hann')
  const [sum, weight] = [new Float64Array(length), new Float64Array(length)]
  const spectrum: number[] = new Array(2 * size).fill(0)
  for (let t = 0; t < count; t++) {
    for (let k = 0; k < bins; k++) {
      const at = t * bins + k
      const real = magnitudes[at]! * cosines[at]!
      const imaginary = k === 0 || k === bins - 1 ? 0 : magnitudes[at]! * sines[at]!
      const mirror = (size - k) % size
      spectrum[2 * mirror] = real
      spectrum[2 * mirror + 1] = -imaginary
      spectrum[2 * k] = real
      spectrum[2 * k + 1] = imaginary
    }
    const frame = inverse(spectrum)
    const start = t * hop - size / 2
    const end = Math.min(size, length - start)
    for (let i = Math.max(0, -start); i < end; i++) {
      sum[start + i]! += frame[i]! * window[i]!
      weight[start + i]! += window[i]! * window[i]!
    }
  }
  const out = new Float32Array(length)
  for (let i = 0; i < length; i++) out[i] = weight[i]! > 1e-8 ? sum[i]! / weight[i]! : 0
  return out
}
