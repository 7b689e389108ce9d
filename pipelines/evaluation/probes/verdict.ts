/** Whether training helped, in a sentence. */
import type { Interval } from '../../statistics/scores.js'
import { signed } from '../../terminal/numbers.js'

interface Contestant {
  name: string
  figures: Record<string, { behind?: { difference: number; interval: Interval } | undefined }>
}

/** Of fewer groups all lie on one side by luck more often than once in 20 times, whatever the interval says. */
const FEWEST = 6

/**
 * @param rows of a comparison, the trained encoder first
 * @param metric in words: `balanced accuracy`
 * @param groups that were resampled, if clips were not
 * @returns of the first classifier; undefined where there is no untrained encoder to compare with
 */
export function verdict(rows: readonly Contestant[], metric: string, groups?: number): string | undefined {
  const untrained = rows.find(({ name }) => name === 'untrained encoder')
  const [classifier, figure] = Object.entries(untrained?.figures ?? {})[0] ?? []
  if (!figure?.behind) return undefined
  const { difference, interval } = figure.behind
  const [low, high] = interval
  const told = `trained minus untrained is ${signed(difference)} points of ${metric} by ${classifier}, 95 % between ${signed(low)} and ${signed(high)}`
  if (groups !== undefined && groups < FEWEST)
    return `Whether training helped cannot be told from ${groups} groups, and the intervals say little: ${told}.`
  if (low > 0) return `Training helped: ${told}.`
  if (high < 0) return `Training did harm: ${told}.`
  return `Whether training helped cannot be told from these sounds: ${told}, which contains 0.`
}
