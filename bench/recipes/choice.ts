/** What is chosen between the trials: the learning rate of each recipe, and how many steps fit into a time. */
import { mean } from '../../pipelines/statistics/mean.js'
import type { Setting, System } from './trial.js'

/** A setting in one system, and its figures on the development sets. */
export interface Tuned {
  system: System
  setting: Setting
  /** Balanced accuracy of logistic regression, a share, by development set. */
  figures: Record<string, number>
}

export const meanFigure = ({ figures }: Pick<Tuned, 'figures'>): number => mean(Object.values(figures))

/** Of each recipe in each system the one with the highest mean over the development sets; of equals the first. */
export function bestOfEach(tuned: readonly Tuned[]): Tuned[] {
  const best = new Map<string, Tuned>()
  for (const one of tuned) {
    const key = `${one.system} ${one.setting.recipe}`
    const known = best.get(key)
    if (!known || meanFigure(one) > meanFigure(known)) best.set(key, one)
  }
  return [...best.values()]
}

/** How long a training took. */
export interface Pace {
  steps: number
  /** Without start-up. */
  seconds: number
}

/** Steps that take as long as those of `others` did on average, at the pace of `own`; one at least. */
export function stepsInTimeOf(others: readonly Pace[], own: readonly Pace[]): number {
  const total = (list: readonly Pace[], of: keyof Pace) => list.reduce((sum, pace) => sum + pace[of], 0)
  const seconds = total(others, 'seconds') / others.length
  return Math.max(1, Math.round((seconds * total(own, 'steps')) / total(own, 'seconds')))
}
