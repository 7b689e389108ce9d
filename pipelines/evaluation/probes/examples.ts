/** What a probe learns from: clips with a class, their group and split, and who was left out and why. */
import { namesIn, SEPARATOR } from '../../../data/label-cells.js'
import { Problem, someOf } from '../../../data/problem.js'
import type { ClipTable } from '../../embeddings/clip-table.js'
import type { Truth } from '../../statistics/truth.js'
import { crossFolds, type Fold, foldsByColumn, isTestName } from './folds.js'

export interface Asked {
  label: string
  group?: string | undefined
  split?: string | undefined
  folds: number
  seed: number
  /** What stands between the classes of a clip that may have several. */
  separator?: string | undefined
}

export interface Examples {
  /** Rows of the clip table, ordered by clip name, so that folds do not depend on the order of a file. */
  rows: number[]
  clips: string[]
  classes: string[]
  /** Class number of each clip; of the first of its classes where a clip may have several. */
  labels: Int32Array
  /** All classes of each clip. */
  truth: Truth
  /** What is held out and resampled together: the clip's group, or the clip itself. */
  units: string[]
  /** How many groups, if there are groups. */
  groups: number | undefined
  folds: Fold[]
  /** Sentences for people: who was left out, what was changed. */
  notes: string[]
}

/** A column of the clip table or of a table of labels, a value a clip. */
export type Columns = (name: string) => readonly (string | undefined)[]

/**
 * Leaves out clips without label, group or split, then classes that no fold could both train and test.
 *
 * @throws Problem if one class, one group or too few clips remain
 */
export function chooseExamples(
  { clips, file }: Pick<ClipTable, 'clips' | 'file'>,
  columns: Columns,
  asked: Asked,
): Examples {
  const { label, group, split, folds, seed, separator } = asked
  const notes: string[] = []
  const complain = complaints(file)
  const column = (name: string | undefined) => (name === undefined ? undefined : columns(name))
  const [groupOf, splitOf] = [column(group), column(split)]
  const labelOf = columns(label).map(value => {
    const names = namesIn(value, separator)
    return names.length > 0 ? names : undefined
  })

  let rows = clips.map((_, row) => row).sort((a, b) => (clips[a]! < clips[b]! ? -1 : 1))
  for (const [name, values] of [
    [label, labelOf],
    [group, groupOf],
    [split, splitOf],
  ] as const) {
    const kept = rows.filter(row => !values || values[row] !== undefined)
    if (kept.length < rows.length)
      notes.push(`${count(rows.length - kept.length, 'clip')} left out: no value in '${name}'.`)
    rows = kept
  }
  if (rows.length === 0) throw complain.noLabels(label)
  if (separator === undefined) notes.push(...severalNames(rows.map(row => labelOf[row]![0]!)))

  const fixed = splitOf !== undefined && rows.some(row => isTestName(splitOf[row]!))
  /** What lies wholly in training or wholly in test. */
  const sideOf = (row: number) => (fixed ? `${isTestName(splitOf[row]!)}` : ((splitOf ?? groupOf)?.[row] ?? `${row}`))
  if ((splitOf || groupOf) && new Set(rows.map(sideOf)).size < 2)
    throw fixed ? complain.allTest(split!) : complain.oneGroup(split ?? group!, sideOf(rows[0]!))

  const sides = new Map<string, Set<string>>()
  for (const row of rows)
    for (const name of labelOf[row]!) sides.set(name, (sides.get(name) ?? new Set()).add(sideOf(row)))
  const all = [...sides.keys()].sort()
  if (all.length < 2) throw complain.oneClass(label, `all clips have the value ${all[0]}`)
  const held = fixed ? `one part of '${split}'` : (split ?? group) ? `one '${split ?? group}'` : 'one clip'
  const classes = all.filter(name => sides.get(name)!.size > 1)
  if (classes.length < 2) throw complain.oneClass(label, `no two classes are found in more than ${held}`)
  const numbers = new Map(classes.map((name, c) => [name, c]))
  if (classes.length < all.length) {
    const lone = all.filter(name => !numbers.has(name))
    const kept = rows.filter(row => labelOf[row]!.some(name => numbers.has(name)))
    const lost = count(rows.length - kept.length, 'clip')
    notes.push(
      separator === undefined
        ? `${lost} left out: their class is found in ${held} only (${someOf(lone, 5)}).`
        : `${count(lone.length, 'class', 'es')} left out, found in ${held} only (${someOf(lone, 5)}), and with them ${lost}.`,
    )
    rows = kept
  }

  const sets = rows.map(row => labelOf[row]!.flatMap(name => numbers.get(name) ?? []))
  const units = rows.map(row => groupOf?.[row] ?? `${row}`)
  const groups = groupOf ? new Set(units).size : undefined
  const splits = splitOf && rows.map(row => splitOf[row]!)
  const made = splits
    ? foldsByColumn(sets, groupOf || fixed ? units : splits, splits, seed)
    : crossFolds(sets, units, foldCount(), seed)
  if (splits && groupOf && made.some(fold => overlaps(fold, units)))
    notes.push(`Some groups of '${group}' lie on both sides of '${split}'.`)
  return {
    rows,
    clips: rows.map(row => clips[row]!),
    classes,
    labels: Int32Array.from(sets, ([first]) => first!),
    truth: { classes: classes.length, sets, exclusive: separator === undefined },
    units,
    groups,
    folds: made,
    notes,
  }

  function foldCount(): number {
    if (groups === undefined && rows.length < folds) throw complain.fewClips(rows.length, folds)
    const k = Math.min(folds, groups ?? folds)
    if (k < folds) notes.push(`${k} folds instead of ${folds}: '${group}' has only ${k} groups.`)
    const sizes = classes.map((_, c) => sets.filter(own => own.includes(c)).length)
    const small = classes.filter((_, c) => sizes[c]! < k)
    if (small.length > 0)
      notes.push(
        `Fewer clips than the ${k} folds, so that some folds test none: ${someOf(small, 5)}. No such class with --folds ${Math.min(...sizes)}.`,
      )
    return k
  }
}

/** Cells that perhaps hold several names: each stands alone in another cell. */
function severalNames(cells: readonly string[]): string[] {
  const known = new Set(cells)
  const joined = cells.filter(
    cell => cell.includes(SEPARATOR) && namesIn(cell, SEPARATOR).every(name => known.has(name)),
  )
  if (joined.length === 0) return []
  return [
    `${count(joined.length, 'clip')} with several labels, such as ${joined[0]}, taken for a class of its own: --labels-separator '${SEPARATOR}' reads them one by one.`,
  ]
}

const overlaps = ({ train, test }: Fold, units: readonly string[]) => {
  const tested = new Set(test.map(at => units[at]))
  return train.some(at => tested.has(units[at]))
}

function complaints(file: string) {
  const problem = (code: string, message: string, hint: string) => new Problem(code, message, { place: { file }, hint })
  return {
    noLabels: (label: string) =>
      problem(
        'no-labels',
        `No clip has a value in '${label}'.`,
        'Name a column with labels, or join a table with --labels.',
      ),
    oneClass: (label: string, why: string) =>
      problem(
        'one-class',
        `There is nothing to tell apart in '${label}': ${why}.`,
        'A probe needs two classes at least, each on both sides of a fold.',
      ),
    oneGroup: (column: string, value: string) =>
      problem(
        'one-group',
        `All clips have the same '${column}' (${value}): none is left to test on.`,
        'Name another column, or none and single clips are held out.',
      ),
    allTest: (split: string) =>
      problem(
        'one-group',
        `All clips are in the test part of '${split}': none is left to train on.`,
        'Give other clips another value, such as train.',
      ),
    fewClips: (clips: number, folds: number) =>
      problem(
        'few-clips',
        `There are ${clips} clips for ${folds} folds.`,
        `Ask for fewer: --folds ${Math.max(2, clips)}`,
      ),
  }
}

export const count = (number: number, noun: string, ending = 's') => `${number} ${noun}${number === 1 ? '' : ending}`
