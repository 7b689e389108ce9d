/** Before any sound is read: whether the clips have the labels, and what else, that stages ask for. */
import { namesIn } from '../../data/label-cells.js'
import { suggestion } from '../../data/nearest-name.js'
import { Problem, Problems, someOf } from '../../data/problem.js'
import type { LabelNeed } from '../../stages/contract.js'
import type { Clip } from '../../stages/values.js'
import type { CheckedGraph } from '../language/checked.js'
import type { Stages } from './evaluate.js'

/**
 * Columns that no clip list has, and values that no clip has, would drop every item, one by one, for the same reason.
 *
 * @param columns label columns of the list
 * @returns sentences on clips and values that are left out, for whoever started the run
 * @throws Problems `no-column`, `no-value`
 */
export function checkLabels(
  { nodes }: CheckedGraph,
  stages: Stages,
  { clips, columns }: { clips: readonly Clip[]; columns: readonly string[] },
): string[] {
  const problems: Problem[] = []
  const notes: string[] = []
  for (const { id, stage, parameters } of nodes)
    for (const need of stages.get(stage)?.labels?.(parameters) ?? []) {
      const who = `Node '${id}' asks for the label column '${need.column}'`
      if (!columns.includes(need.column)) {
        const hint = columns.length === 0 ? 'They have no label columns at all.' : suggestion(need.column, columns)
        problems.push(new Problem('no-column', `${who}, and the clips have no such column.`, { hint }))
      } else if (need.values) {
        const found = countValues(clips, need)
        if (found.clips === 0) problems.push(noValue(who, need, found))
        else if (need.all) notes.push(...leftOut(id, need, found, clips.length))
      }
    }
  if (problems.length > 0) throw new Problems(problems)
  return notes
}

/**
 * What stages need of the clips besides labels.
 *
 * @returns sentences for whoever started the run, and what is wrong, with the node that finds it so
 */
export async function checkClips(
  { nodes }: CheckedGraph,
  stages: Stages,
  clips: readonly Clip[],
): Promise<{ notes: string[]; problems: { id: string; problem: Problem }[] }> {
  const notes: string[] = []
  const problems: { id: string; problem: Problem }[] = []
  for (const { id, stage, parameters } of nodes)
    try {
      notes.push(...((await stages.get(stage)?.clips?.(parameters)(clips)) ?? []))
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem
      problems.push({ id, problem })
    }
  return { notes, problems }
}

/** The clips that no stage leaves out. */
export async function keptClips<Own extends Clip>(
  { nodes }: CheckedGraph,
  stages: Stages,
  clips: readonly Own[],
): Promise<Own[]> {
  const asked = nodes.map(({ stage, parameters }) => stages.get(stage)?.leavesOut?.(parameters))
  const leaving = (await Promise.all(asked)).filter(leaves => leaves !== undefined)
  return clips.filter(clip => !leaving.some(leaves => leaves(clip)))
}

interface Found {
  /** Clips that have one of the values. */
  clips: number
  /** Every value of the column. */
  there: Set<string>
}

function countValues(clips: readonly Clip[], { column, values, separator }: LabelNeed): Found {
  const [wanted, there] = [new Set(values), new Set<string>()]
  let count = 0
  for (const { labels } of clips) {
    const own = namesIn(labels[column], separator)
    for (const one of own) there.add(one)
    if (own.some(one => wanted.has(one))) count++
  }
  return { clips: count, there }
}

const FEW = 8

function noValue(who: string, { values = [], separator }: LabelNeed, { there }: Found): Problem {
  const several = separator === undefined && [...there].some(label => label.includes(';'))
  const hint = `The column has: ${someOf([...there].sort(), FEW) || 'nothing'}.${several ? " Several in one cell are read with separator: ';'." : ''}`
  return new Problem('no-value', `${who}, and no clip has one of ${someOf(values, FEW)} there.`, { hint })
}

function leftOut(id: string, { values = [], column }: LabelNeed, found: Found, clips: number): string[] {
  const absent = values.filter(value => !found.there.has(value))
  return [
    ...(found.clips < clips
      ? [
          `${clips - found.clips} of ${clips} clips have no value of '${column}' that node '${id}' knows; they are left out.`,
        ]
      : []),
    ...(absent.length > 0 ? [`No clip has ${someOf(absent, FEW)} in '${column}' (node '${id}').`] : []),
  ]
}
