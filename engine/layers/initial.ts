/** Start values of weights. */
import type { Initial } from '../tensor.js'

export const constant =
  (value: number): Initial =>
  size =>
    new Float32Array(size).fill(value)
export const zeros = constant(0)
export const ones = constant(1)

/** Normal with mean 0. */
export const normal =
  (deviation: number): Initial =>
  (size, draws) =>
    Float32Array.from({ length: size }, () => deviation * draws.normal())

/** Uniform from -bound to bound. */
const uniform =
  (bound: number): Initial =>
  (size, draws) =>
    Float32Array.from({ length: size }, () => draws.uniform(-bound, bound))

/** Uniform within 1 / sqrt(fan-in): what PyTorch's linear and convolution layers start from (He, a = sqrt 5). */
export const uniformByFanIn = (fanIn: number): Initial => uniform(1 / Math.sqrt(fanIn))

/** Normal with deviation sqrt(2 / fan-out): He et al. as torchvision's ResNet starts. */
export const normalByFanOut = (fanOut: number): Initial => normal(Math.sqrt(2 / fanOut))

/**
 * Start values of a dense layer's weights (Glorot and Bengio, AISTATS 2010, equation 16), as `torch.nn.init.xavier_*`:
 * uniform within gain sqrt(6 / (in + out)), or normal with deviation gain sqrt(2 / (in + out)).
 */
export const xavier = (inputs: number, outputs: number, draw: 'uniform' | 'normal', gain = 1): Initial => {
  const deviation = gain * Math.sqrt(2 / (inputs + outputs))
  return draw === 'uniform' ? uniform(Math.sqrt(3) * deviation) : normal(deviation)
}
