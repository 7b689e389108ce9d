import { searchFor } from '../../losses/mixit.js'
import { added } from '../../sample-arrays.js'
import { type Assignment, bestAssignment, leastSquaresAssignment } from '../assignment.js'
import { productsOf } from '../products.js'
import { thresholdOf } from '../thresholded-snr.js'
import { siSdr } from './si-sdr.js'

export interface MixtureImprovement {
  /** Mean over both mixtures, decibels. */
  improvement: number
  /** SI-SDR of each mixture made of its sources, and of the mixture of both in its place. */
  estimates: [number, number]
  inputs: [number, number]
  /** For each source the mixture it was given to: 0 or 1. */
  assignment: Assignment
}

/**
 * MoMi (Wisdom et al., NeurIPS 2020, 4.1): a mixture of two mixtures is separated, the sources are sorted as MixIT sorts
 * them, and the SI-SDR of both mixtures so made is compared with that of their sum. A mixture that is given nothing
 * counts as -30 dB.
 *
 * @throws RangeError if either mixture is silent, or the lengths differ
 */
export function mixtureImprovement(
  sources: readonly Float32Array[],
  a: Float32Array,
  b: Float32Array,
): MixtureImprovement {
  const products = productsOf(sources, [a, b])
  const assignment =
    searchFor(sources.length) === 'exhaustive'
      ? bestAssignment(products, thresholdOf(SNR_MAX))
      : leastSquaresAssignment(products)
  const sum = added([a, b], a.length)
  const ratio = (reference: Float32Array, at: number) => {
    const own = sources.filter((_, source) => assignment[source] === at)
    return Math.max(-SNR_MAX, siSdr(added(own, reference.length), reference))
  }
  const estimates: [number, number] = [ratio(a, 0), ratio(b, 1)]
  const inputs: [number, number] = [siSdr(sum, a), siSdr(sum, b)]
  const improvement = (estimates[0] + estimates[1] - inputs[0] - inputs[1]) / 2
  return { improvement, estimates, inputs, assignment }
}

const SNR_MAX = 30
