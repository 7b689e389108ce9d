import { z } from 'zod'
import type { Engine, Tensor } from '../../engine/engine.js'
import { besideTape } from '../../engine/operations/differentiable.js'
import { batchOf, channels, describeStage, excerpt, ParameterProblem, sameAs } from '../contract.js'
import { cheapestColumns } from '../separation/permutation.js'
import { energies, thresholdedSnr, thresholdOf } from '../separation/thresholded-snr.js'

const decibels = z.number().min(1).max(60)

/** Permutation-invariant training with known stems, of which there may be fewer than sources, or silent ones. */
export default describeStage({
  name: 'pit',
  runsIn: 'tensor',
  role: 'loss',
  summary:
    'Negative signal-to-noise ratio of each known stem in the source that fits it, and of silence in the sources that ' +
    'are over. Its chance: sources that are all alike, for stems of one level.',
  source: 'Yu et al., ICASSP 2017; inactive sources: Wisdom et al., ICASSP 2021 (FUSS)',
  parameters: z.strictObject({
    'snr-max': decibels.default(30).describe('decibels above which a stem is good enough'),
    'snr-max-inactive': decibels.default(20).describe('decibels below the mixture at which a source is silent enough'),
  }),
  in: { from: batchOf(channels(excerpt)), stems: sameAs('from', batchOf(channels(excerpt))) },
  out: ({ from, stems }, parameters) => {
    const [sources, known] = [from.of.count, stems.of.count]
    if (known > sources)
      throw new ParameterProblem('stems', `there are ${known} stems and only ${sources} sources to be them`)
    if (sources > MOST)
      throw new ParameterProblem('from', `there are ${sources} sources: at most ${MOST} can be sorted`)
    return { kind: 'loss', chance: chanceOf(sources, known, optionsOf(parameters)) }
  },
  build: parameters => engine => {
    const options = optionsOf(parameters)
    return ({ from, stems }) => pit(engine, from, stems, options)
  },
})

/** Sources among which the best order is sought. */
const MOST = 16

export interface PitOptions {
  /** Ratios of energies below which an error counts no less: of stems, and of sources that should be silent. */
  active: number
  inactive: number
}

function optionsOf(given: { 'snr-max': number; 'snr-max-inactive': number }): PitOptions {
  return { active: thresholdOf(given['snr-max']), inactive: thresholdOf(given['snr-max-inactive']) }
}

/** The loss of sources that are each an M-th of the sum of stems of one level that have nothing in common. */
function chanceOf(sources: number, stems: number, { active, inactive }: PitOptions): number {
  const ofStem = Math.log10((1 - 1 / sources) ** 2 + (stems - 1) / sources ** 2 + active)
  const ofSilence = Math.log10(1 / sources ** 2 + inactive)
  return (10 * (stems * ofStem + (sources - stems) * ofSilence)) / sources
}

/**
 * Mean over the batch and its M sources: of the source given to a stem 10 log10(|stem - source|^2 / |stem|^2 + active), of
 * every other source, and of one given to a silent stem, 10 log10(|source|^2 / |sum of stems|^2 + inactive). Stems are
 * given to sources so that this is least; the choice itself has no gradient.
 *
 * @param sources [batch, M, samples]
 * @param stems [batch, n, samples], n of at most M
 * @returns scalar, decibels
 */
export function pit(engine: Engine, sources: Tensor, stems: Tensor, options: PitOptions): Tensor {
  const { tf } = engine
  const [batch, count, samples] = sources.shape as [number, number, number]
  const known = stems.shape[1]!
  const silence = tf.zeros([batch, count - known, samples])
  const references = known < count ? tf.concat([stems, silence], 1) : stems
  const own = energies(engine, references)
  const mixture = energies(engine, tf.sum(stems, 1, true))
  const sounding = tf.greater(own, 0)
  const scale = tf.where(sounding, own, tf.tile(mixture, [1, count]))
  const threshold = tf.where(sounding, tf.fill(own.shape, options.active), tf.fill(own.shape, options.inactive))
  const order = orders(engine, sources, references, scale, threshold)
  const sorted = tf.matMul(tf.oneHot(order, count), sources)
  return tf.mean(thresholdedSnr(engine, energies(engine, tf.sub(references, sorted)), scale, threshold))
}

/** Sources all of whose orders are tried by TensorFlow; above, JavaScript finds the best in fewer steps. */
const FEW = 6

/** The source of each reference: [batch, M], whole numbers. */
function orders(engine: Engine, sources: Tensor, references: Tensor, scale: Tensor, threshold: Tensor): Tensor {
  const { tf } = engine
  const [batch, count] = sources.shape as [number, number]
  const costs = () => {
    const cross = tf.matMul(references, sources, false, true)
    const both = tf.add(tf.expandDims(energies(engine, references), 2), tf.expandDims(energies(engine, sources), 1))
    const error = tf.relu(tf.sub(both, tf.mul(2, cross)))
    return thresholdedSnr(engine, error, tf.expandDims(scale, 2), tf.expandDims(threshold, 2))
  }
  if (count <= FEW) return besideTape(tf, () => cheapestOrders(engine, costs(), count))
  const found = tf.tidy(costs)
  const numbers = found.dataSync()
  found.dispose()
  const size = count * count
  const each = Array.from({ length: batch }, (_, example) =>
    cheapestColumns(numbers.subarray(example * size, (example + 1) * size), count, count),
  )
  return tf.tensor2d(Int32Array.from(each.flat()), [batch, count], 'int32')
}

/** The column of each row, of all orders the one of least sum: costs [batch, count, count]. */
function cheapestOrders({ tf }: Engine, costs: Tensor, count: number): Tensor {
  const all = permutations(count)
  const orders = tf.tensor2d(Int32Array.from(all.flat()), [all.length, count], 'int32')
  const taken = tf.reshape(tf.oneHot(orders, count), [all.length, count * count])
  const sums = tf.matMul(tf.reshape(costs, [-1, count * count]), tf.cast(taken, 'float32'), false, true)
  return tf.gather(orders, tf.argMin(sums, 1))
}

function permutations(count: number): number[][] {
  if (count === 0) return [[]]
  return permutations(count - 1).flatMap(order =>
    Array.from({ length: count }, (_, at) => [...order.slice(0, at), count - 1, ...order.slice(at)]),
  )
}
