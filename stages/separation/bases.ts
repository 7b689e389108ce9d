/** Between sound and the plane of frames x coefficients on which masks lie. */
import type { Engine, Scope, Tensor } from '../../engine/engine.js'
import { ones, uniformByFanIn, zeros } from '../../engine/layers/initial.js'
import { analyse, type Framing, framed, overlapped, synthesise } from './frames.js'
import { squareRootHann } from './square-root-hann.js'

export interface Basis {
  /** Numbers of a frame that a mask weighs. */
  size: number
  /** Coefficients of mixtures [batch, samples]. */
  analyse(mixture: Tensor): Analysis
}

export interface Analysis {
  /** What the network looks at: [frames, batch, size], not negative. */
  magnitude: Tensor
  /** Sounds [batch * sources, samples] from masks [frames, batch, sources, size]. */
  masked(masks: Tensor): Tensor
}

/**
 * The short-time Fourier transform with square-root Hann windows: masks weigh complex bins, and keep the mixture's phase.
 * The squares of the windows add up to window / hop / 2, so that analysis and synthesis invert each other.
 */
export function stftBasis(engine: Engine, framing: Framing): Basis {
  const { tf } = engine
  const { fourier } = engine.operations
  const { window, hop } = framing
  const size = window / 2 + 1
  const taper = (share: number) =>
    tf.tensor1d(Array.from({ length: window }, (_, at) => share * squareRootHann(at, window)))
  return {
    size,
    analyse: mixture => {
      const spectrum = fourier.forward(tf.mul(framed(engine, mixture, framing), taper(1)))
      const [frames, batch] = spectrum.shape as [number, number]
      const [real, imaginary] = tf.split(tf.reshape(spectrum, [frames, batch, 1, 2 * size]), 2, 3) as [Tensor, Tensor]
      const magnitude = tf.sqrt(tf.add(tf.square(real), tf.square(imaginary)))
      return {
        magnitude: tf.reshape(magnitude, [frames, batch, size]),
        masked: masks => {
          const pieces = fourier.inverse(tf.mul(masks, real), tf.mul(masks, imaginary))
          const bySource = tf.reshape(tf.mul(pieces, taper((2 * hop) / window)), [frames, -1, window])
          return overlapped(engine, tf.split(bySource, window / hop, 2), framing, mixture.shape[1]!)
        },
      }
    },
  }
}

/** A learned basis (Luo and Mesgarani, 2019): two matrices without bias, ReLU after the first. */
export function learnedBasis(engine: Engine, scope: Scope, framing: Framing, size: number): Basis {
  const { tf, operations } = engine
  const analysis = scope.weight('analysis', [framing.window, size], uniformByFanIn(framing.window))
  const synthesis = scope.weight('synthesis', [size, framing.window], uniformByFanIn(size))
  return {
    size,
    analyse: mixture => {
      const magnitude = operations.relu(analyse(engine, mixture, analysis.read(), framing))
      const [frames, batch] = magnitude.shape as [number, number]
      return {
        magnitude,
        masked: masks => {
          const weighed = tf.mul(masks, tf.reshape(magnitude, [frames, batch, 1, size]))
          const bySource = tf.reshape(weighed, [frames, batch * masks.shape[2]!, size])
          return synthesise(engine, bySource, synthesis.read(), framing, mixture.shape[1]!)
        },
      }
    },
  }
}

/**
 * Brings the magnitudes of each example, all frames and coefficients together, to mean 0 and variance 1, then times one
 * learnt number plus another: the network hears no level.
 */
export function levelNorm({ tf }: Engine, scope: Scope): (magnitude: Tensor) => Tensor {
  const gain = scope.weight('gain', [1], ones)
  const offset = scope.weight('offset', [1], zeros)
  // in two steps: one long float32 sum is off by 1e-4
  const mean = (plane: Tensor) => tf.mean(tf.mean(plane, 2, true), 0, true)
  return magnitude => {
    const centred = tf.sub(magnitude, mean(magnitude))
    const variance = mean(tf.square(centred))
    const normed = tf.mul(centred, tf.rsqrt(tf.add(variance, EPSILON)))
    return tf.add(tf.mul(normed, gain.read()), offset.read())
  }
}

const EPSILON = 1e-8
