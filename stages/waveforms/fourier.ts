/** The Fourier transform of real sound, on fft.js: what convolution, coloured noise and the phase vocoder stand on. */
export interface Fourier {
  /** A power of two. */
  size: number
  /** Real and imaginary parts by turns, bins 0 ... size - 1; a shorter sound is filled up with zeros. */
  forward(sound: ArrayLike<number>): number[]
  /** The real part of the inverse transform, `size` numbers. */
  inverse(spectrum: number[]): Float64Array
}

const made = new Map<number, Promise<Fourier>>()

/** Made once a size. @param size a power of two from 2 */
export function fourierOf(size: number): Promise<Fourier> {
  let fourier = made.get(size)
  if (!fourier) {
    fourier = makeFourier(size)
    made.set(size, fourier)
  }
  return fourier
}

/** The least power of two that is not below `length`. */
export const powerOfTwo = (length: number) => 2 ** Math.max(1, Math.ceil(Math.log2(length)))

async function makeFourier(size: number): Promise<Fourier> {
  const { default: FastFourierTransform } = await import('fft.js')
  const transform = new FastFourierTransform(size)
  const input: number[] = new Array(size).fill(0)
  const output: number[] = transform.createComplexArray()
  return {
    size,
    forward(sound) {
      const given = Math.min(size, sound.length)
      for (let i = 0; i < given; i++) input[i] = sound[i]!
      input.fill(0, given)
      const spectrum: number[] = transform.createComplexArray()
      transform.realTransform(spectrum, input)
      transform.completeSpectrum(spectrum)
      return spectrum
    },
    inverse(spectrum) {
      transform.inverseTransform(output, spectrum)
      const sound = new Float64Array(size)
      for (let i = 0; i < size; i++) sound[i] = output[2 * i]!
      return sound
    },
  }
}
