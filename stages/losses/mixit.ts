import { z } from 'zod'
import type { Engine, Tensor } from '../../engine/engine.js'
import { batchOf, channels, describeStage, excerpt, ParameterProblem, pair, sameAs } from '../contract.js'
import { type Assignment, leastSquaresAssignment, singleAssignment } from '../separation/assignment.js'
import { sortSources } from '../separation/sort-sources.js'
import { energies, thresholdedSnr, thresholdOf } from '../separation/thresholded-snr.js'

/** MixIT: mixture invariant training. The sources of a mixture of two mixtures, sorted, make both again. */
export default describeStage({
  name: 'mixit',
  runsIn: 'tensor',
  role: 'loss',
  summary:
    'Negative signal-to-noise ratio of two mixtures made of the sources of their sum, each source given to the better ' +
    'one. Its chance: sources that are all alike, for mixtures of one level.',
  source: 'Wisdom et al., NeurIPS 2020; efficient search: Wisdom et al., WASPAA 2021',
  parameters: z.strictObject({
    'snr-max': z
      .number()
      .min(1)
      .max(60)
      .default(30)
      .describe('decibels above which a mixture is good enough: the least loss is minus this'),
    search: z
      .enum(['auto', 'exhaustive', 'least-squares'])
      .default('auto')
      .describe('how sources are sorted: all ways are tried, or least squares tell; auto tries all up to 8 sources'),
    silent: z
      .enum(['mixture', 'single'])
      .default('mixture')
      .describe(
        'what a pair with a silent side is: mixture = any sources may make the other side, so that it teaches nothing ' +
          'but to be silent; single = the other side is one event: one source has to be all of it, all others silent',
      ),
    sparsity: z
      .number()
      .min(0)
      .max(1e3)
      .default(0)
      .describe('weight of a term that is least if all energy is in one source'),
  }),
  in: { from: batchOf(channels(excerpt)), references: sameAs('from', batchOf(pair(excerpt))) },
  out: ({ from }, parameters) => {
    const count = from.of.count
    if (parameters.search === 'exhaustive' && count > MOST)
      throw new ParameterProblem(
        'search',
        `${count} sources have 2^${count} assignments: take least-squares above ${MOST}`,
      )
    return { kind: 'loss', chance: chanceOf(count, parameters) }
  },
  build: (parameters, { from }) => {
    const search = parameters.search === 'auto' ? searchFor(from.of.count) : parameters.search
    return engine => {
      const loss = { threshold: thresholdOf(parameters['snr-max']), search, single: parameters.silent === 'single' }
      return ({ from, references }) => {
        const fit = mixit(engine, from, references.a, references.b, loss)
        return parameters.sparsity > 0
          ? engine.tf.add(fit, engine.tf.mul(parameters.sparsity, sparsity(engine, from)))
          : fit
      }
    }
  },
})

/** Sources whose assignments are all tried without a long wait. */
const MOST = 16

export type Search = 'exhaustive' | 'least-squares'

export function searchFor(sources: number): Search {
  return sources <= 8 ? 'exhaustive' : 'least-squares'
}

/** The loss of sources that are each an M-th of the sum of two mixtures of one level that have nothing in common. */
function chanceOf(count: number, parameters: { 'snr-max': number; sparsity: number }): number {
  const share = Math.floor(count / 2) / count
  const error = share ** 2 + (1 - share) ** 2
  return 10 * Math.log10(error + thresholdOf(parameters['snr-max'])) + parameters.sparsity / Math.sqrt(count)
}

export interface MixitOptions {
  /** Ratio of energies below which an error counts no less. */
  threshold: number
  search: Search
  /** Whether a pair with a silent side has to be made by one source alone, while each of the others is silent. */
  single: boolean
}

/**
 * Mean over the batch and both mixtures of 10 log10(|mixture - its sources|^2 / |mixture|^2 + threshold), each source given
 * to one mixture so that this is least. A silent mixture has no ratio: what it is given is measured by the energy of the
 * other. With `single` the energies of its sources are added, not the sources: otherwise those of any mixture could
 * cancel out, and one source be the whole mixture always. The choice itself has no gradient.
 *
 * @param sources [batch, M, samples]
 * @param a [batch, samples]
 * @param b [batch, samples]
 * @returns scalar, decibels
 */
export function mixit(engine: Engine, sources: Tensor, a: Tensor, b: Tensor, options: MixitOptions): Tensor {
  const { tf } = engine
  const references = tf.stack([a, b], 1)
  const chosen = tf.oneHot(assignments(engine, sources, references, options), 2)
  const remixed = tf.matMul(tf.transpose(chosen, [0, 2, 1]), sources)
  const own = energies(engine, references)
  const scale = tf.where(tf.greater(own, 0), own, tf.sum(own, 1, true))
  const together = energies(engine, tf.sub(references, remixed))
  const apart = () => tf.squeeze(tf.matMul(chosen, tf.expandDims(energies(engine, sources), 2), true), [2])
  const error = options.single ? tf.where(tf.greater(own, 0), together, apart()) : together
  return tf.mean(thresholdedSnr(engine, error, scale, options.threshold))
}

/** The reference of each source: [batch, M], whole numbers. Least squares are solved in JavaScript. */
function assignments(engine: Engine, sources: Tensor, references: Tensor, options: MixitOptions): Tensor {
  if (options.search === 'exhaustive') return sortSources(engine, sources, references, options)
  const { tf } = engine
  const [batch, count] = sources.shape as [number, number]
  const read = (make: () => Tensor) => {
    const tensor = tf.tidy(make)
    const numbers = Float64Array.from(tensor.dataSync())
    tensor.dispose()
    return (example: number) =>
      numbers.subarray((example * numbers.length) / batch, ((example + 1) * numbers.length) / batch)
  }
  const among = read(() => tf.matMul(sources, sources, false, true))
  const cross = read(() => tf.matMul(references, sources, false, true))
  const own = read(() => energies(engine, references))
  const chosen = Array.from({ length: batch }, (_, example): Assignment => {
    const products = { sources: among(example), cross: cross(example), references: own(example) }
    return (options.single && singleAssignment(products)) || leastSquaresAssignment(products)
  })
  return tf.tensor2d(Int32Array.from(chosen.flatMap(one => [...one])), [batch, count], 'int32')
}

/**
 * Mean over the batch of sum(rms) / (sqrt(sum(rms^2)) M): 1 / M if one source has all the energy, 1 / sqrt(M) if all have
 * the same.
 *
 * @param sources [batch, M, samples]
 */
export function sparsity({ tf }: Engine, sources: Tensor): Tensor {
  const power = tf.add(tf.mean(tf.square(sources), 2), 1e-8)
  const all = tf.mul(tf.sqrt(tf.sum(power, 1)), sources.shape[1]!)
  return tf.mean(tf.div(tf.sum(tf.sqrt(power), 1), all))
}
