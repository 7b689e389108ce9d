/** Parts a data set, or counts what an existing split holds apart. */

import { namesIn, SEPARATOR } from '../../data/label-cells.js'
import { type ClipList, readClips } from '../../data/manifests.js'
import { Problem } from '../../data/problem.js'
import { choices } from '../../data/random-order.js'
import { type Contamination, contamination } from '../../data/splits/contamination.js'
import { iterativeStratification } from '../../data/splits/iterative-stratification.js'
import { leastContamination } from '../../data/splits/least-contamination.js'
import type { Part, SplitClip } from '../../data/splits/parts.js'
import { randomSplit } from '../../data/splits/random-split.js'

export const METHODS = ['random', 'stratified', 'contamination'] as const
export type Method = (typeof METHODS)[number]

export interface SplitOptions {
  set: string
  /** Column of the classes, several of a clip apart by `;`. */
  label?: string | undefined
  /** Column of the groups. */
  group?: string | undefined
  parts: readonly Part[]
  method: Method
  keepGroups: boolean
  seed: number
}

/** What a split is like. */
export interface SplitReport {
  parts: {
    name: string
    clips: number
    groups: number
    classes: number
    /** Largest difference between the share of a class that stands here and the share of all clips; 0 without labels. */
    deviation: number
    /** Classes without a clip here. */
    lacking: string[]
  }[]
  /** Undefined without groups. */
  contamination?: Contamination
  /** Column of the groups, and how many clips have none: each is parted by itself. */
  ungrouped?: { column: string; clips: number }
}

export interface Split {
  list: ClipList
  /** Name of the part, by clip. */
  assigned: string[]
  report: SplitReport
}

/** @throws Problem as `readClips`; `missing-column` */
export async function splitSet(options: SplitOptions): Promise<Split> {
  const list = await readClips(options.set)
  const clips = splitClips(list, options)
  const numbers = assignParts(clips, options)
  const assigned = numbers.map(part => options.parts[part]!.name)
  return { list, assigned, report: reportOf(clips, assigned, options) }
}

/** Counts an existing split; clips without a value in its column are left out. @throws Problem as `splitSet` */
export async function countSplit(
  column: string,
  options: Pick<SplitOptions, 'set' | 'label' | 'group'>,
): Promise<SplitReport> {
  const list = await readClips(options.set)
  requireColumn(list, column, options.set)
  const parted = { ...list, clips: list.clips.filter(({ labels }) => labels[column] !== undefined) }
  const assigned = parted.clips.map(({ labels }) => labels[column]!)
  return reportOf(splitClips(parted, options), assigned, options)
}

/** @returns number of its part, by clip */
export function assignParts(
  clips: readonly SplitClip[],
  { parts, method, keepGroups, seed }: Pick<SplitOptions, 'parts' | 'method' | 'keepGroups' | 'seed'>,
): number[] {
  const choose = choices(seed)
  if (method === 'random') return randomSplit(clips, parts, { keepGroups, choose })
  if (method === 'stratified') return iterativeStratification(clips, parts, { keepGroups, choose })
  return leastContamination(clips, parts, { choose })
}

function splitClips(list: ClipList, { set, label, group }: Pick<SplitOptions, 'set' | 'label' | 'group'>): SplitClip[] {
  for (const column of [label, group]) if (column !== undefined) requireColumn(list, column, set)
  return list.clips.map(({ labels }) => ({
    classes: label === undefined ? [] : namesIn(labels[label], SEPARATOR),
    group: group === undefined ? undefined : labels[group],
  }))
}

function requireColumn({ columns }: ClipList, column: string, set: string): void {
  if (columns.includes(column)) return
  throw new Problem('missing-column', `${set}: the clips have no column '${column}'.`, {
    hint: columns.length > 0 ? `Columns: ${columns.join(', ')}.` : 'They have no label columns at all.',
  })
}

function reportOf(
  clips: readonly SplitClip[],
  assigned: readonly string[],
  { parts, group }: { parts?: readonly Part[]; group?: string | undefined },
): SplitReport {
  const names = parts?.map(({ name }) => name) ?? [...new Set(assigned)].sort()
  const everything = classCounts(clips)
  const report = names.map(name => {
    const here = clips.filter((_, i) => assigned[i] === name)
    const counts = classCounts(here)
    const share = here.length / clips.length
    const deviations = [...everything].map(([one, count]) => Math.abs((counts.get(one) ?? 0) / count - share))
    return {
      ...{ name, clips: here.length, classes: counts.size },
      groups: new Set(here.flatMap(({ group }) => group ?? [])).size,
      deviation: Math.max(0, ...deviations),
      lacking: [...everything.keys()].filter(one => !counts.has(one)).sort(),
    }
  })
  if (group === undefined) return { parts: report }
  const ungrouped = { column: group, clips: clips.filter(clip => clip.group === undefined).length }
  return { parts: report, contamination: contamination(clips, assigned), ungrouped }
}

function classCounts(clips: readonly SplitClip[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { classes } of clips) for (const name of classes) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}
