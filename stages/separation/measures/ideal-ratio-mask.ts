import type { Framing } from '../frames.js'
import { squareRootHann } from '../square-root-hann.js'

/**
 * The ceiling of masking: each stem as its ideal ratio mask takes it out of the mixture, |S| / (sum of all |S|) on the
 * mixture's short-time Fourier transform with square-root Hann windows. The sounds made add up to the mixture.
 *
 * @param stems all of one length; the mixture is their sum
 * @param framing window a power of 2, twice the hop or more
 */
export async function idealRatioMask(stems: readonly Float32Array[], framing: Framing): Promise<Float32Array[]> {
  const { default: FastFourierTransform } = await import('fft.js')
  const { window, hop } = framing
  const fft = new FastFourierTransform(window)
  const length = stems[0]?.length ?? 0
  const taper = Float64Array.from({ length: window }, (_, at) => squareRootHann(at, window))
  const spectra = stems.map(() => fft.createComplexArray())
  const [masked, back] = [fft.createComplexArray(), fft.createComplexArray()]
  const frame = new Array<number>(window)
  const estimates = stems.map(() => new Float32Array(length))
  for (let start = hop - window; start < length; start += hop) {
    for (const [at, stem] of stems.entries()) {
      for (let i = 0; i < window; i += 1) frame[i] = (stem[start + i] ?? 0) * taper[i]!
      fft.realTransform(spectra[at]!, frame)
      fft.completeSpectrum(spectra[at]!)
    }
    for (const [at, estimate] of estimates.entries()) {
      applyMask(spectra, at, masked)
      fft.inverseTransform(back, masked)
      for (let i = Math.max(0, -start); i < Math.min(window, length - start); i += 1)
        estimate[start + i]! += back[2 * i]! * taper[i]! * ((2 * hop) / window)
    }
  }
  return estimates
}

/** The mixture's spectrum, complex, times the share that one stem has in the magnitudes of all. */
function applyMask(spectra: readonly number[][], stem: number, masked: number[]): void {
  for (let at = 0; at < masked.length; at += 2) {
    let [real, imaginary, magnitudes, own] = [0, 0, 0, 0]
    for (const [other, spectrum] of spectra.entries()) {
      const magnitude = Math.hypot(spectrum[at]!, spectrum[at + 1]!)
      real += spectrum[at]!
      imaginary += spectrum[at + 1]!
      magnitudes += magnitude
      if (other === stem) own = magnitude
    }
    const share = magnitudes > 0 ? own / magnitudes : 0
    masked[at] = share * real
    masked[at + 1] = share * imaginary
  }
}
