/** The short-time Fourier transform with square-root Hann windows as two matrices; they invert each other exactly. */
import type { Engine, Tensor } from '../../engine/engine.js'
import type { Framing } from './frames.js'

export interface FourierMatrices {
  /** [window, 2 bins]: windowed, real parts of all window / 2 + 1 bins, then imaginary parts. */
  analysis: Tensor
  /** [2 bins, window]: back again, windowed once more, so that overlapping frames add up to the sound. */
  synthesis: Tensor
}

const known = new WeakMap<Engine, Map<string, FourierMatrices>>()

/** Made once an engine and framing; they live as long as the engine. The window is even. */
export function fourierMatrices(engine: Engine, framing: Framing): FourierMatrices {
  const ofEngine = known.get(engine) ?? new Map<string, FourierMatrices>()
  known.set(engine, ofEngine)
  const key = `${framing.window}/${framing.hop}`
  const matrices = ofEngine.get(key) ?? makeMatrices(engine, framing)
  ofEngine.set(key, matrices)
  return matrices
}

function makeMatrices({ tf }: Engine, { window, hop }: Framing): FourierMatrices {
  const bins = window / 2 + 1
  const analysis = new Float32Array(window * 2 * bins)
  const synthesis = new Float32Array(2 * bins * window)
  for (let at = 0; at < window; at += 1) {
    const taper = squareRootHann(at, window)
    for (let bin = 0; bin < bins; bin += 1) {
      const angle = (2 * Math.PI * ((at * bin) % window)) / window
      const [real, imaginary] = [taper * Math.cos(angle), -taper * Math.sin(angle)]
      // Bins between the ends stand for their mirror images too; the squared windows add up to window / hop / 2
      const share = ((bin === 0 || bin === bins - 1 ? 1 : 2) / window) * ((2 * hop) / window)
      analysis[at * 2 * bins + bin] = real
      analysis[at * 2 * bins + bins + bin] = imaginary
      synthesis[bin * window + at] = share * real
      synthesis[(bins + bin) * window + at] = share * imaginary
    }
  }
  return {
    analysis: tf.keep(tf.tensor2d(analysis, [window, 2 * bins])),
    synthesis: tf.keep(tf.tensor2d(synthesis, [2 * bins, window])),
  }
}

/** Periodic; its square adds up to a constant over hops of window / 2, / 3, / 4, ... */
export function squareRootHann(at: number, window: number): number {
  return Math.sin((Math.PI * at) / window)
}
