/** What separation is asked for, on the command line and from TypeScript. */
import { z } from 'zod'
import { Problem } from '../../data/problem.js'
import { duration } from '../../data/quantities.js'
import { USUAL } from '../../stages/separation/windows.js'
import { option } from '../configuration/options.js'
import type { Shard } from '../jobs/shard.js'

export const separateOptions = z.strictObject({
  window: option(
    'duration',
    'longer recordings are separated in overlapping windows',
    duration({ min: 0.05, max: 600 }).prefault(`${USUAL.window} s`),
  ),
  overlap: option(
    'duration',
    'of two windows, cross-faded',
    duration({ min: 0, max: 600 }).prefault(`${USUAL.overlap} s`),
  ),
  count: option('recordings', 'only so many, the first ones', z.int().min(1).optional(), { short: 'n' }),
})

export interface SeparateOptions extends z.output<typeof separateOptions> {
  /** Run, RUN@step, or checkpoint. */
  run: string
  /** Further separators. */
  others: readonly string[]
  sounds: string
  folder: string
  /** This share of the recordings alone. */
  shard?: Shard | undefined
  signal: AbortSignal
}

/** @throws Problem `bad-option` */
export function demandOverlap({ window, overlap }: Pick<SeparateOptions, 'window' | 'overlap'>): void {
  if (overlap > window / 2)
    throw new Problem(
      'bad-option',
      `overlap must be at most half the window: ${overlap} s is more than half of ${window} s.`,
    )
}
