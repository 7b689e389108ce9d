import type { Initial } from '../../../engine/engine.js'

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
