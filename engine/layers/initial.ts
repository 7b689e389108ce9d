/** Start values of weights. */
import type { Initial } from '../tensor.js'

export const zeros: Initial = size => new Float32Array(size)
export const ones: Initial = size => new Float32Array(size).fill(1)

/** Uniform within 1 / sqrt(fan-in): what PyTorch's linear and convolution layers start from (He, a = sqrt 5). */
export const uniformByFanIn = (fanIn: number): Initial => {
  const bound = 1 / Math.sqrt(fanIn)
  return (size, draws) => Float32Array.from({ length: size }, () => draws.uniform(-bound, bound))
}

/** Normal with deviation sqrt(2 / fan-out): He et al. as torchvision's ResNet starts. */
export const normalByFanOut = (fanOut: number): Initial => {
  const deviation = Math.sqrt(2 / fanOut)
  return (size, draws) => Float32Array.from({ length: size }, () => deviation * draws.normal())
}

/**
 * Start values of a dense layer's weights (Glorot and Bengio, AISTATS 2010, equation 16), as `torch.nn.init.xavier_*`:
 * uniform within gain sqrt(6 / (in + out)), or normal with deviation gain sqrt(2 / (in + out)).
 */
export const xavier =
  (inputs: number, outputs: number, draw: 'uniform' | 'normal', gain = 1): Initial =>
  (size, draws) => {
    const deviation = gain * Math.sqrt(2 / (inputs + outputs))
    const bound = Math.sqrt(3) * deviation
    return Float32Array.from({ length: size }, () =>
      draw === 'uniform' ? draws.uniform(-bound, bound) : deviation * draws.normal(),
    )
  }
