/** Which clips of a list stay: conditions on label columns, as a data set file states them. */
import { z } from 'zod'
import { Problem } from '../problem.js'
import type { ClipList, ListedClip } from './clip-list.js'

const value = z.union([z.string(), z.number().transform(String)])
const range = z.strictObject({ 'at-least': z.number().optional(), 'at-most': z.number().optional() })
const condition = z.union([value, z.array(value).min(1), range], {
  error: 'expected a value, a list of values, or { at-least: number, at-most: number }',
})

/** By column: a value, a list of values, or a range of numbers. */
export const clipConditions = z.record(z.string(), condition)

type Conditions = z.output<typeof clipConditions>

/**
 * The clips for which every condition of `where` holds and none of `except`. A clip without a value in a column meets
 * no condition on it.
 *
 * @param file data set file, for messages
 * @throws Problem `missing-column`; `no-such-value` if a listed value stands at no clip; `no-clips-left`
 */
export function filterClips(
  list: ClipList,
  { where = {}, except = {} }: { where?: Conditions | undefined; except?: Conditions | undefined },
  file: string,
): ClipList {
  const all = [...Object.entries(where), ...Object.entries(except)]
  for (const [column, expected] of all) checkCondition(list, column, expected, file)
  const holds =
    (clip: ListedClip) =>
    ([column, expected]: [string, Conditions[string]]) =>
      meets(clip.labels[column], expected)
  const clips = list.clips.filter(
    clip => Object.entries(where).every(holds(clip)) && !Object.entries(except).some(holds(clip)),
  )
  if (clips.length > 0) return { ...list, clips }
  throw new Problem('no-clips-left', `${file}: no clip of ${list.clips.length} meets its conditions.`, {
    place: { file },
    hint: "Widen 'where' or 'except'.",
  })
}

function meets(value: string | undefined, expected: Conditions[string]): boolean {
  if (value === undefined) return false
  if (typeof expected === 'string') return value === expected
  if (Array.isArray(expected)) return expected.includes(value)
  const number = Number(value)
  const { 'at-least': least = Number.NEGATIVE_INFINITY, 'at-most': most = Number.POSITIVE_INFINITY } = expected
  return value.trim() !== '' && number >= least && number <= most
}

/** A misspelt column or value would quietly change which clips are used. */
function checkCondition({ clips, columns }: ClipList, column: string, expected: Conditions[string], file: string) {
  const place = { file }
  if (!columns.includes(column)) {
    throw new Problem('missing-column', `${file}: the clips have no column '${column}'.`, {
      place,
      hint: columns.length > 0 ? `Columns: ${columns.join(', ')}.` : 'They have no label columns at all.',
    })
  }
  if (typeof expected === 'object' && !Array.isArray(expected)) return
  const there = new Set(clips.map(({ labels }) => labels[column]))
  const missing = [expected].flat().find(value => !there.has(value))
  if (missing === undefined) return
  const values = [...there].filter(value => value !== undefined).sort()
  const shown = values.length > 20 ? `${values.slice(0, 20).join(', ')}, ...` : values.join(', ')
  throw new Problem('no-such-value', `${file}: no clip has ${column} '${missing}'.`, {
    place,
    hint: `There are: ${shown}.`,
  })
}
