/**
 * How sure a figure is that was measured on units (kits, voices; clips where there are no groups) with several seeds: both
 * could have been others. Units and seeds are crossed random effects in an analysis of variance of jackknife pseudo-values
 * (Dorfman, Berbaum and Metz, Investigative Radiology 27, 1992); an effect that a preliminary test at 25 % does not see is
 * pooled with the rest (Bancroft, Biometrics 20, 1964). How often such intervals hold the truth is measured by
 * bench/coverage.ts, beside a bootstrap and sign-flips.
 */
import jstat from 'jstat'
import { mean } from './mean.js'
import type { Interval } from './scores.js'

/** A figure by one seed. */
export interface Measured {
  value: number
  /** What it is without each unit in turn. */
  without: Float64Array
}

/** Variances of a figure: of one unit, of one seed, and of both together beyond that. */
export interface Components {
  unit: number
  seed: number
  rest: number
}

export interface Estimate {
  /** Mean over the seeds. */
  value: number
  /** 95 %; without bounds if there is but one unit. */
  interval: Interval
  /** Absent for one seed, which tells nothing of others. */
  components: Components | undefined
}

/** @param seeds on the same units, one at least */
export function estimated(seeds: readonly Measured[]): Estimate {
  const value = mean(seeds, one => one.value)
  const [units, count] = [seeds[0]!.without.length, seeds.length]
  if (units === 1)
    return { value, interval: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY], components: undefined }
  const squares = meanSquares(seeds.map(pseudoValues))
  const components = componentsOf(squares, units, count)
  const { error, freedom } = precision(components, units, count)
  const half = error === 0 ? 0 : error * jstat.studentt.inv(0.975, freedom)
  return { value, interval: [value - half, value + half], components: count > 1 ? components : undefined }
}

/** Of each seed one less the other. */
export const differenceOf = (ones: readonly Measured[], others: readonly Measured[]): Measured[] =>
  ones.map(({ value, without }, seed) => ({
    value: value - others[seed]!.value,
    without: without.map((figure, unit) => figure - others[seed]!.without[unit]!),
  }))

/** Mean of several figures by the same seed. */
export const meanMeasured = (list: readonly Measured[]): Measured => ({
  value: mean(list, ({ value }) => value),
  without: list[0]!.without.map((_, unit) => mean(list, ({ without }) => without[unit]!)),
})

/** U F - (U - 1) F without u: of a mean over equal units just the units' own figures. */
const pseudoValues = ({ value, without }: Measured): Float64Array =>
  without.map(figure => without.length * value - (without.length - 1) * figure)

/** @param values by seed and unit */
function meanSquares(values: readonly Float64Array[]) {
  const [seeds, units] = [values.length, values[0]!.length]
  const bySeed = values.map(row => mean(row))
  const byUnit = Array.from({ length: units }, (_, unit) => mean(values, row => row[unit]!))
  const all = mean(bySeed)
  const squares = (list: readonly number[]) => list.reduce((sum, one) => sum + (one - all) ** 2, 0)
  let rest = 0
  values.forEach((row, seed) => {
    row.forEach((value, unit) => {
      rest += (value - bySeed[seed]! - byUnit[unit]! + all) ** 2
    })
  })
  return {
    unit: (seeds * squares(byUnit)) / (units - 1),
    seed: seeds > 1 ? (units * squares(bySeed)) / (seeds - 1) : 0,
    rest: seeds > 1 ? rest / ((units - 1) * (seeds - 1)) : 0,
  }
}

/** @param squares mean squares */
function componentsOf(squares: Components, units: number, seeds: number): Components {
  if (seeds === 1) return { unit: squares.unit, seed: 0, rest: 0 }
  const freedom = { unit: units - 1, seed: seeds - 1, rest: (units - 1) * (seeds - 1) }
  const shows = (effect: 'unit' | 'seed') =>
    squares.rest === 0
      ? squares[effect] > 0
      : 1 - jstat.centralF.cdf(squares[effect] / squares.rest, freedom[effect], freedom.rest) < SHOWS
  const [unit, seed] = [shows('unit'), shows('seed')]
  const pooled: (keyof Components)[] = [
    'rest',
    ...(unit ? [] : (['unit'] as const)),
    ...(seed ? [] : (['seed'] as const)),
  ]
  const all = pooled.reduce((sum, part) => sum + freedom[part], 0)
  const rest = pooled.reduce((sum, part) => sum + freedom[part] * squares[part], 0) / all
  return {
    unit: unit ? Math.max(0, (squares.unit - rest) / seeds) : 0,
    seed: seed ? Math.max(0, (squares.seed - rest) / units) : 0,
    rest,
  }
}

/** p below which an effect is one of its own. */
const SHOWS = 0.25

/** Standard error of a mean over units and seeds, and Satterthwaite's degrees of freedom. */
export function precision({ unit, seed, rest }: Components, units: number, seeds: number) {
  const [unitSquare, seedSquare] = [seeds * unit + rest, units * seed + rest]
  const sum = seeds * unit + units * seed + rest
  const error = Math.sqrt(sum / (units * seeds))
  if (seed === 0) return { error, freedom: unit === 0 ? units * seeds - 1 : units - 1 }
  if (unit === 0) return { error, freedom: seeds - 1 }
  return {
    error,
    freedom:
      sum ** 2 /
      (unitSquare ** 2 / (units - 1) + seedSquare ** 2 / (seeds - 1) + rest ** 2 / ((units - 1) * (seeds - 1))),
  }
}

/** How well a difference of this size would be told from none at the 5 % level, from 0 to 1. */
export function powerOf(difference: number, components: Components, units: number, seeds: number): number {
  const { error, freedom } = precision(components, units, seeds)
  if (error === 0) return difference === 0 ? 0 : 1
  const bound = jstat.studentt.inv(0.975, freedom)
  const told = (noncentrality: number) => 1 - jstat.noncentralt.cdf(bound, freedom, noncentrality)
  return told(Math.abs(difference) / error) + told(-Math.abs(difference) / error)
}

/** The smallest difference that is told with this power. */
export function smallestTold(components: Components, units: number, seeds: number, power = 0.8): number {
  const { error, freedom } = precision(components, units, seeds)
  let [low, high] = [0, error * (jstat.studentt.inv(0.975, freedom) + jstat.studentt.inv(0.999, freedom))]
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2
    if (powerOf(middle, components, units, seeds) < power) low = middle
    else high = middle
  }
  return high
}

/** Each unit once, then all but one, unit by unit; of many units several are left out at a time (at most `MOST`). */
export function leftOut(units: number): Uint8Array[] {
  const blocks = Math.min(units, MOST)
  return [
    new Uint8Array(units).fill(1),
    ...Array.from({ length: blocks }, (_, block) =>
      Uint8Array.from({ length: units }, (_, unit) => Number(unit % blocks !== block)),
    ),
  ]
}

const MOST = 400

export type Verdict = 'better' | 'worse' | 'not resolved'

/** What an interval of a difference says; one that touches 0 says nothing. @param lower whether less is better */
export const verdictOf = ([low, high]: Interval, lower = false): Verdict =>
  low > 0 ? (lower ? 'worse' : 'better') : high < 0 ? (lower ? 'better' : 'worse') : 'not resolved'

export type ClaimVerdict = 'holds' | 'fails' | 'not resolved'

/** The same, of a claim that the first is better than the second. */
export const claimVerdict = (interval: Interval, lower = false): ClaimVerdict =>
  (({ better: 'holds', worse: 'fails', 'not resolved': 'not resolved' }) as const)[verdictOf(interval, lower)]
