/** How good class scores are: top-1 where classes exclude one another, ranking measures where they do not. */

import type { Matrix } from '../../statistics/products.js'
import { averagePrecisions } from '../../statistics/ranking.js'
import { type Interval, interval, resampled } from '../../statistics/scores.js'
import type { Truth } from '../../statistics/truth.js'
import { CLASS_JUDGE, RANKING_JUDGE, topClasses } from '../probes/judges.js'

export interface Estimate {
  value: number
  /** 95 %; absent where nothing was resampled. */
  interval?: Interval
}

export interface ClassFigures {
  /** `balanced` (macro top-1) and `accuracy` (micro top-1), or `map`, `dPrime` and `lwlrap`. */
  figures: Record<string, Estimate>
  /** In the order of the classes; recall, or average precision, absent without a clip. */
  byClass: { clips: number; figure?: number | undefined }[]
}

/**
 * @param scores of labelled clips x classes; equal scores: the class with the smaller number
 * @param units what is resampled whole; none: no intervals
 */
export function classFigures(scores: Matrix, truth: Truth, units?: readonly string[]): ClassFigures {
  const judge = truth.exclusive ? CLASS_JUDGE : RANKING_JUDGE
  const measure = judge.measure(truth, { scores }) as (weights?: ArrayLike<number>) => Record<string, number>
  const values = measure()
  const drawn = units && resampled(units, [measure], { seed: 0 })[0]!
  const figures = Object.fromEntries(
    judge.metrics.map(name => {
      const among = drawn && { interval: interval(drawn.map(one => one[name]!)) }
      return [name, { value: values[name]!, ...among }]
    }),
  )
  const own = truth.exclusive ? recalls(scores, truth) : averagePrecisions(scores, truth)
  const byClass = own.map((figure, at) => ({ clips: truth.sets.filter(set => set.includes(at)).length, figure }))
  return { figures, byClass }
}

function recalls(scores: Matrix, { sets, classes }: Truth): (number | undefined)[] {
  const top = topClasses(scores)
  return Array.from({ length: classes }, (_, at) => {
    const own = [...sets.keys()].filter(clip => sets[clip]!.includes(at))
    return own.length === 0 ? undefined : own.filter(clip => top[clip] === at).length / own.length
  })
}
