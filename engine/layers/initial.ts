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
