/** What a probe learns from: clips with a class, their group and split, and who was left out and why. */
import { Problem } from '../../data/problem.js'
import type { ClipTable } from './clip-table.js'
import { crossFolds, type Fold, foldsByColumn, isTestName } from './folds.js'

export interface Asked {
  label: string
  group?: string | undefined
  split?: string | undefined
  folds: number
  seed: number
}

export interface Examples {
  /** Rows of the clip table, ordered by clip name, so that folds do not depend on the order of a file. */
  rows: number[]
  clips: string[]
  classes: string[]
  /** Class number of each clip. */
  labels: Int32Array
  /** What is held out and resampled together: the clip's group, or the clip itself. */
  units: string[]
  groups: number | undefined
  folds: Fold[]
  /** Sentences for people: who was left out, what was changed. */
  notes: string[]
}

/**
 * Leaves out clips without label, group or split, then classes that no fold could both train and test.
 *
 * @param values a column, a value a clip
 * @throws Problem if one class, one group or too few clips remain
 */
export function chooseExamples(
  table: Pick<ClipTable, 'clips' | 'file'>,
  values: (column: string) => readonly (string | undefined)[],
  { label, group, split, folds, seed }: Asked,
): Examples {
  const { clips, file } = table
  const refuse = (code: string, message: string, hint: string) => new Problem(code, message, { place: { file }, hint })
  const [labelOf, groupOf, splitOf] = [label, group, split].map(name => (name === undefined ? undefined : values(name)))
  const notes: string[] = []
  const keep = (rows: number[], test: (row: number) => boolean, why: string) => {
    const kept = rows.filter(test)
    if (kept.length < rows.length) notes.push(`${count(rows.length - kept.length, 'clip')} left out: ${why}.`)
    return kept
  }
  let rows = clips.map((_, row) => row).sort((a, b) => (clips[a]! < clips[b]! ? -1 : 1))
  rows = keep(rows, row => labelOf![row] !== undefined, `no value in '${label}'`)
  if (groupOf) rows = keep(rows, row => groupOf[row] !== undefined, `no value in '${group}'`)
  if (splitOf) rows = keep(rows, row => splitOf[row] !== undefined, `no value in '${split}'`)
  if (rows.length === 0)
    throw refuse(
      'no-labels',
      `No clip has a value in '${label}'.`,
      'Name a column with labels, or join a table with --labels.',
    )

  const fixed = splitOf !== undefined && rows.some(row => isTestName(splitOf[row]!))
  const sideOf = (row: number) => (fixed ? String(isTestName(splitOf![row]!)) : (splitOf ?? groupOf)?.[row])
  const held = fixed ? 'one side of the split' : splitOf ? `one '${split}'` : groupOf ? `one '${group}'` : 'one clip'
  if (splitOf || groupOf) {
    const sides = new Set(rows.map(sideOf))
    if (sides.size < 2)
      throw refuse(
        'one-group',
        fixed
          ? `Every clip is in the test part of '${split}': none is left to train on.`
          : `All clips have the same '${split ?? group}' (${[...sides][0]}): none is left to test on.`,
        'Name another column, or leave it out and single clips are held out.',
      )
  }
  const sides = new Map<string, Set<string>>()
  for (const row of rows) {
    const seen = sides.get(labelOf![row]!) ?? new Set()
    sides.set(labelOf![row]!, seen.add(sideOf(row) ?? String(row)))
  }
  if (sides.size < 2)
    throw refuse(
      'one-class',
      `All clips have the same '${label}': ${[...sides.keys()][0]}.`,
      'A probe needs two classes at least.',
    )
  const lone = [...sides.keys()].filter(name => sides.get(name)!.size < 2).sort()
  if (lone.length > 0)
    rows = keep(rows, row => !lone.includes(labelOf![row]!), `their class is found in ${held} only (${some(lone)})`)
  const classes = [...sides.keys()].filter(name => !lone.includes(name)).sort()
  if (classes.length < 2)
    throw refuse(
      'one-class',
      `Fewer than two classes of '${label}' are found in more than ${held}.`,
      'Label more clips.',
    )

  const labels = Int32Array.from(rows, row => classes.indexOf(labelOf![row]!))
  const units = rows.map(row => groupOf?.[row] ?? `${row}`)
  const made = splitOf
    ? foldsByColumn(
        [...labels],
        splitOf && !groupOf && !fixed ? rows.map(row => splitOf[row]!) : units,
        rows.map(row => splitOf[row]!),
        seed,
      )
    : crossFolds([...labels], units, foldCount(folds, units, labels, classes, groupOf ? group : undefined), seed)
  if (splitOf && groupOf && made.some(({ train, test }) => overlap(train, test, units)))
    notes.push(`Some groups of '${group}' lie on both sides of '${split}'.`)
  const groups = groupOf ? new Set(units).size : undefined
  return { rows, clips: rows.map(row => clips[row]!), classes, labels, units, groups, folds: made, notes }

  function foldCount(
    wanted: number,
    names: readonly string[],
    numbers: Int32Array,
    known: readonly string[],
    by: string | undefined,
  ): number {
    const there = new Set(names).size
    if (!by && there < wanted)
      throw refuse(
        'few-clips',
        `There are ${there} clips for ${wanted} folds.`,
        `Ask for fewer: --folds ${Math.max(2, there)}`,
      )
    if (there < wanted) notes.push(`${there} folds instead of ${wanted}: there are only ${there} groups of '${by}'.`)
    const k = Math.min(wanted, there)
    const sizes = known.map((_, c) => numbers.filter(number => number === c).length)
    const small = known.filter((_, c) => sizes[c]! < k)
    if (small.length > 0)
      notes.push(
        `${some(small)}: fewer clips than the ${k} folds, so some folds test none. --folds ${Math.max(2, Math.min(...sizes))} would.`,
      )
    return k
  }
}

function overlap(train: readonly number[], test: readonly number[], units: readonly string[]): boolean {
  const tested = new Set(test.map(at => units[at]))
  return train.some(at => tested.has(units[at]))
}

export const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`

const some = (names: readonly string[]) =>
  names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ')
