/** The tables of the comparison, in Markdown: what tuning found, both systems side by side, and their differences. */
import type { Interval } from '../../pipelines/statistics/scores.js'
import type { Verdict } from '../../pipelines/statistics/two-level.js'
import { markdownTable } from '../../pipelines/terminal/text-table.js'
import { bestOfEach, meanFigure, type Tuned } from './choice.js'
import { SYSTEMS, type System } from './trial.js'

/** One figure of both systems: means over the seeds, as shares. */
export interface Figure {
  /** `drums, logistic regression` */
  name: string
  means: Record<System, number>
  /** Earshot minus PyTorch, paired clip by clip and seed by seed. */
  difference: number
  interval: Interval
  verdict: Verdict
}

/** A recipe in both systems under one condition. */
export interface Contest {
  recipe: string
  /** `equal steps` */
  condition: string
  sides: Record<System, { rate: number; steps: number; seconds: number }>
  figures: Figure[]
}

const percent = (share: number) => (100 * share).toFixed(1)
const signed = (share: number) => `${share < 0 ? '-' : '+'}${percent(Math.abs(share))}`

/** A row for each setting and system; what was chosen is marked. */
export function tuningTable(tuned: readonly Tuned[]): string {
  const sets = Object.keys(tuned[0]!.figures)
  const chosen = new Set(bestOfEach(tuned))
  const rows = tuned.map(one => [
    one.setting.recipe,
    `${one.setting.rate}`,
    one.system,
    ...sets.map(set => percent(one.figures[set]!)),
    `${percent(meanFigure(one))}${chosen.has(one) ? ' chosen' : ''}`,
  ])
  return markdownTable([['recipe', 'learning rate', 'system', ...sets, 'mean'], ...rows])
}

/** A row for each recipe, condition and system. */
export function sideBySide(contests: readonly Contest[]): string {
  const names = contests[0]!.figures.map(({ name }) => name)
  const rows = contests.flatMap(({ recipe, condition, sides, figures }) =>
    SYSTEMS.map(system => {
      const { rate, steps, seconds } = sides[system]
      const shown = figures.map(({ means }) => percent(means[system]))
      return [recipe, condition, system, `${rate}`, `${steps}`, seconds.toFixed(1), ...shown]
    }),
  )
  return markdownTable([['recipe', 'at', 'system', 'learning rate', 'steps', 'seconds', ...names], ...rows])
}

/** A row for each recipe, condition and figure. */
export function differences(contests: readonly Contest[]): string {
  const rows = contests.flatMap(({ recipe, condition, figures }) =>
    figures.map(({ name, difference, interval, verdict }) => [
      recipe,
      condition,
      name,
      `${signed(difference)} [${interval.map(signed).join(', ')}]`,
      verdict === 'not resolved' ? verdict : `Earshot ${verdict}`,
    ]),
  )
  return markdownTable([['recipe', 'at', 'figure', 'Earshot minus PyTorch  95 %', 'verdict'], ...rows])
}
