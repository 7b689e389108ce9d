/** What one separated mixture is worth, beside the stems that it was mixed from. */
import { added } from '../../stages/sample-arrays.js'
import { ACTIVE_WITHIN, activeSources, levelsOver } from '../../stages/separation/measures/active-sources.js'
import { mixtureImprovement } from '../../stages/separation/measures/mixture-improvement.js'
import { singleSourcePreservation, siSdr } from '../../stages/separation/measures/si-sdr.js'
import { cheapestColumns } from '../../stages/separation/permutation.js'
import { mean } from '../statistics/mean.js'

/** All in decibels, but for the count. Absent where a mixture has nothing to measure: fewer than two active stems. */
export interface MixtureMeasures {
  /** Mean over the stems, each with a channel of its own, given out so that it is largest. */
  siSdr?: number
  /** That less the same of the mixture in place of every channel. */
  improvement?: number
  /** MoMi: two stems are two mixtures; of more stems the first is one and all others are the other. */
  momi?: number
  /** The first stem alone: how well it comes through. */
  single?: number
  /** Active channels less active stems. */
  countError?: number
}

export type Measure = keyof MixtureMeasures

/** What is told of a separator, in this order. */
export const MEASURES: readonly (readonly [title: string, measure: Measure])[] = [
  ['SI-SDR', 'siSdr'],
  ['SI-SDRi', 'improvement'],
  ['MoMi', 'momi'],
  ['one source', 'single'],
  ['count error', 'countError'],
]

/** A mixture with its stems, those that are active: within 20 dB of it. */
export interface MixtureOfStems {
  mixture: Float32Array
  stems: Float32Array[]
  /** All others: they are in the mixture, and asked of nobody. */
  rest: Float32Array[]
}

/** @param stems all of one length; silent ones are left out */
export function mixtureOfStems(stems: readonly Float32Array[]): MixtureOfStems {
  const mixture = added(stems, stems[0]?.length ?? 0)
  const levels = levelsOver(mixture, stems)
  return {
    mixture,
    stems: stems.filter((_, at) => levels[at]! >= -ACTIVE_WITHIN),
    rest: stems.filter((_, at) => levels[at]! < -ACTIVE_WITHIN && levels[at]! > Number.NEGATIVE_INFINITY),
  }
}

/**
 * @param channels what separation made of the mixture
 * @param alone what it made of the first stem, if that is to be measured
 */
export function measureMixture(
  { mixture, stems }: MixtureOfStems,
  channels: readonly Float32Array[],
  alone?: readonly Float32Array[],
): MixtureMeasures {
  const measured: MixtureMeasures = { countError: activeSources(mixture, channels) - stems.length }
  if (alone && stems[0]) measured.single = within(singleSourcePreservation(alone, stems[0]))
  if (stems.length < 2) return measured
  const ratios = stems.map(stem => channels.map(channel => within(siSdr(channel, stem))))
  const own = mean(stems, stem => within(siSdr(mixture, stem)))
  measured.siSdr = bestMean(ratios, channels.length)
  measured.improvement = measured.siSdr - own
  const [first, ...others] = stems as [Float32Array, ...Float32Array[]]
  measured.momi = mixtureImprovement(channels, first, added(others, mixture.length)).improvement
  return measured
}

/** Ratios are told from -30 to 60 dB: a silent channel and an exact copy have none. */
const within = (ratio: number) => Math.min(60, Math.max(-30, ratio))

/** Largest mean ratio if every stem has a channel of its own; stems that are left without one count as -30 dB. */
function bestMean(ratios: readonly (readonly number[])[], channels: number): number {
  const columns = Math.max(channels, ratios.length)
  const padded = ratios.map(row => Array.from({ length: columns }, (_, at) => row[at] ?? -30))
  if (columns > 16) return mean(padded, row => Math.max(...row))
  const costs = padded.flatMap(row => row.map(ratio => -ratio))
  return mean(cheapestColumns(costs, ratios.length, columns), (column, row) => padded[row]![column]!)
}
