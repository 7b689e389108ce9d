/** Who is trained on and who is tested: folds that keep the classes balanced and never split a group. */
import { group } from 'd3-array'
import { shuffled } from '../../../graphs/streams/draws.js'

/** Class number of a member, or all that it has. */
export type Labels = number | readonly number[]

export interface Division {
  train: number[]
  test: number[]
}

export interface Fold extends Division {
  name: string
  /** Divisions of `train` alone, for choosing settings. */
  inner: Division[]
}

/** Folds in which settings are chosen. */
export const INNER_FOLDS = 3

/** Values of a split column that are tested on; with one of them, everything else is trained on. */
const TEST_NAMES = ['test', 'testing', 'eval', 'evaluation']
/** Values that choose the settings, where there are such. */
const VALIDATION_NAMES = ['validation', 'valid', 'val', 'dev']

export const isTestName = (value: string) => TEST_NAMES.includes(value.toLowerCase())
const isValidationName = (value: string) => VALIDATION_NAMES.includes(value.toLowerCase())

/**
 * Deals units (groups, or single clips) into k parts of near-equal classes and sizes: the largest first, each to the
 * part whose classes it fills least (as StratifiedGroupKFold of scikit-learn). Of equal size the unit with the rarest
 * class comes first where members have several classes (iterative stratification: Sechidis et al., ECML PKDD 2011);
 * which of equals comes first depends on `key` alone.
 *
 * @param labels class or classes of each member; @param units name of each member's unit
 * @returns part of each member; no part stays empty if there are at least k units
 */
export function dealUnits(labels: readonly Labels[], units: readonly string[], k: number, key: string): number[] {
  const sets = labels.map(own => (typeof own === 'number' ? [own] : own))
  const classes = sets.reduce((most, set) => Math.max(most, ...set), 0) + 1
  const totals = new Float64Array(classes)
  for (const c of sets.flat()) totals[c]! += 1
  const members = group(units.keys(), at => units[at]!)
  const counts = Array.from({ length: k }, () => new Float64Array(classes))
  const sizes = new Float64Array(k)
  const parts = new Array<number>(labels.length).fill(0)
  const rarity = (unit: readonly number[]) => Math.min(...unit.flatMap(at => sets[at]!.map(c => totals[c]!)))
  const several = sets.some(set => set.length > 1)
  const order = shuffled([...members.values()], key)
    .map(unit => ({ unit, rarest: several ? rarity(unit) : 0 }))
    .sort((a, b) => b.unit.length - a.unit.length || a.rarest - b.rarest)
  for (const { unit } of order) {
    const own = new Map<number, number>()
    for (const at of unit) for (const c of sets[at]!) own.set(c, (own.get(c) ?? 0) + 1)
    const cost = counts.map(held => {
      let sum = 0
      for (const [c, count] of own) sum += (count * (count + 2 * held[c]!)) / totals[c]! ** 2
      return sum
    })
    let best = 0
    for (let part = 1; part < k; part++)
      if (cost[part]! < cost[best]! - 1e-12 || (cost[part]! < cost[best]! + 1e-12 && sizes[part]! < sizes[best]!))
        best = part
    for (const [c, count] of own) counts[best]![c]! += count
    sizes[best]! += unit.length
    for (const at of unit) parts[at] = best
  }
  return parts
}

/** k-fold: every member is tested once. Settings are chosen on inner folds that hold out the same kind of units. */
export function crossFolds(labels: readonly Labels[], units: readonly string[], k: number, seed: number): Fold[] {
  const parts = dealUnits(labels, units, k, `probe folds ${seed}`)
  return Array.from({ length: k }, (_, part) => {
    const { train, test } = divide(parts, part)
    return { name: `${part + 1}`, train, test, inner: innerFolds(train, labels, units, `${seed} ${part}`) }
  })
}

/**
 * Folds by a column: with a value such as `test` one fold, settings chosen on `validation` if there is such a value,
 * otherwise each value is held out in turn.
 *
 * @param units what inner folds hold out
 */
export function foldsByColumn(
  labels: readonly Labels[],
  units: readonly string[],
  column: readonly string[],
  seed: number,
): Fold[] {
  const values = [...new Set(column)].sort()
  const held = values.some(isTestName) ? [isTestName] : values.map(value => (other: string) => other === value)
  return held.map((isHeld, part) => {
    const test = column.flatMap((value, at) => (isHeld(value) ? [at] : []))
    const train = column.flatMap((value, at) => (isHeld(value) ? [] : [at]))
    const validation = train.filter(at => isValidationName(column[at]!))
    const fit = train.filter(at => !isValidationName(column[at]!))
    const inner =
      held.length === 1 && validation.length > 0 && fit.length > 0
        ? [{ train: fit, test: validation }]
        : innerFolds(train, labels, units, `${seed} ${part}`)
    return { name: held.length === 1 ? 'test' : values[part]!, train, test, inner }
  })
}

/** Divisions of a training part. With a single unit to train on, single clips are held out instead. */
export function innerFolds(
  train: readonly number[],
  labels: readonly Labels[],
  units: readonly string[],
  key: string,
): Division[] {
  const own = train.map(at => units[at]!)
  const several = new Set(own).size > 1
  const names = several ? own : train.map(String)
  const k = Math.min(INNER_FOLDS, new Set(names).size)
  if (k < 2) return []
  const parts = dealUnits(
    train.map(at => labels[at]!),
    names,
    k,
    `probe inner folds ${key}`,
  )
  return Array.from({ length: k }, (_, part) => {
    const inner = divide(parts, part)
    return { train: inner.train.map(at => train[at]!), test: inner.test.map(at => train[at]!) }
  })
}

function divide(parts: readonly number[], part: number): Division {
  const numbers = parts.map((_, at) => at)
  return { train: numbers.filter(at => parts[at] !== part), test: numbers.filter(at => parts[at] === part) }
}
