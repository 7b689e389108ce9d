/** Folds whose training part is mostly unlabelled: a few clips a class, or a share of each class. */

import { shuffled } from '../../../graphs/streams/draws.js'
import type { Truth } from '../../statistics/truth.js'
import { type Fold, innerFolds } from './folds.js'

/** How many labels there are: clips a class, or a share of the training part in (0, 1]. */
export type Budget = { perClass: number } | { share: number }

/**
 * Draws the labelled clips of each training part: in the order of a shuffle, each clip that has a class which still
 * lacks clips. A class has as many as the budget says, at least one, or all there are; more where clips have several
 * classes. Smaller budgets are parts of larger ones of the same trial. What is tested stays; settings are chosen on
 * inner folds of the drawn clips.
 *
 * @param units what inner folds hold out together
 */
export function withFewerLabels(
  folds: readonly Fold[],
  {
    truth,
    units,
    budget,
    trial,
    seed,
  }: { truth: Truth; units: readonly string[]; budget: Budget; trial: number; seed: number },
): Fold[] {
  return folds.map(fold => {
    const key = `probe labels ${seed} ${trial} ${fold.name}`
    const train = drawn(fold.train, truth, { budget, key })
    return { ...fold, train, inner: innerFolds(train, truth.sets, units, key) }
  })
}

function drawn(
  train: readonly number[],
  { sets, classes }: Truth,
  { budget, key }: { budget: Budget; key: string },
): number[] {
  const counts = new Uint32Array(classes)
  for (const at of train) for (const c of sets[at]!) counts[c]! += 1
  const lacking = Array.from(counts, count =>
    'perClass' in budget ? budget.perClass : Math.max(1, Math.round(budget.share * count)),
  )
  const taken = shuffled([...train], key).filter(at => {
    if (!sets[at]!.some(c => lacking[c]! > 0)) return false
    for (const c of sets[at]!) lacking[c]! -= 1
    return true
  })
  return taken.sort((a, b) => a - b)
}
