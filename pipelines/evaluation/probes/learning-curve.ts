/** What embeddings are worth with fewer labels: the probe again for each budget, several draws of the labels each. */
import { mean } from '../../statistics/mean.js'
import { type Comparison, type Contestant, compare, type Question, stepsOf } from './compare.js'
import { type Budget, withFewerLabels } from './fewer-labels.js'

export interface CurvePoint<M extends string> {
  budget: Budget
  /** Labelled clips of a training part, mean over folds and draws. */
  labelled: number
  /** Means over the draws; intervals are over tested clips (or groups) and draws. */
  comparison: Comparison<M>
}

export interface CurvePlan<M extends string> {
  budget: Budget
  labelled: number
  question: Question<M>
}

/** @param repeats draws of the labels for each budget */
export function planCurve<M extends string>(
  question: Question<M>,
  budgets: readonly Budget[],
  repeats: number,
): CurvePlan<M>[] {
  const { truth, units, trials, seed } = question
  return budgets.map(budget => {
    const drawn = Array.from({ length: repeats }, (_, trial) =>
      withFewerLabels(trials[0]!, { truth, units, budget, trial, seed }),
    )
    const labelled = mean(drawn.flat(), ({ train }) => train.length)
    return { budget, labelled, question: { ...question, trials: drawn } }
  })
}

export async function learningCurve<M extends string>(
  contestants: readonly Contestant[],
  plans: readonly CurvePlan<M>[],
  tick: () => void,
): Promise<CurvePoint<M>[]> {
  const points: CurvePoint<M>[] = []
  for (const { budget, labelled, question } of plans)
    points.push({ budget, labelled, comparison: await compare(contestants, question, tick) })
  return points
}

export const stepsOfCurve = <M extends string>(contestants: number, plans: readonly CurvePlan<M>[]) =>
  plans.reduce((sum, { question }) => sum + stepsOf(contestants, question), 0)

/** `5 %`, `10 a class`. */
export const budgetName = (budget: Budget) =>
  'share' in budget ? `${Number((100 * budget.share).toPrecision(4))} %` : `${budget.perClass} a class`
