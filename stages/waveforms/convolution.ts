import { fourierOf, powerOfTwo } from './fourier.js'

/**
 * The whole linear convolution of two sounds, by their spectra (`scipy.signal.fftconvolve(a, b)`).
 *
 * @returns a.length + b.length - 1 samples
 */
export async function convolution(a: Float32Array, b: Float32Array): Promise<Float32Array> {
  const length = a.length + b.length - 1
  const { forward, inverse } = await fourierOf(powerOfTwo(length))
  const [one, other] = [forward(a), forward(b)]
  for (let i = 0; i < one.length; i += 2) {
    const [real, imaginary] = [one[i]!, one[i + 1]!]
    one[i] = real * other[i]! - imaginary * other[i + 1]!
    one[i + 1] = real * other[i + 1]! + imaginary * other[i]!
  }
  return Float32Array.from(inverse(one).subarray(0, length))
}
