import { deviation } from 'd3-array'
import { mean } from './mean.js'

/** A cell of a table: mean +- standard deviation of the runs that have the figure; empty if none has. */
export function spreadOverSeeds(values: readonly (number | undefined)[], text: (value: number) => string): string {
  const known = values.filter(value => value !== undefined)
  if (known.length === 0) return ''
  const middle = text(mean(known))
  return known.length === 1 ? middle : `${middle} +- ${text(deviation(known)!)}`
}
