/** Labels with their parents: who has a Bass_drum has a Drum, and Music. */
import { z } from 'zod'
import { readJsonFile } from '../json-file.js'
import { namesIn, SEPARATOR } from '../label-cells.js'
import { Problem } from '../problem.js'
import type { ClipList } from './clip-list.js'

export const hierarchySettings = z.strictObject({
  file: z.string(),
  column: z.string(),
  separator: z.string().default(SEPARATOR),
})

/** As AudioSet's ontology.json has it (Gemmeke et al., ICASSP 2017). */
const ontology = z.array(z.object({ id: z.string(), name: z.string(), child_ids: z.array(z.string()) }))

/**
 * Each clip's labels, then all that stand above them in the ontology (FSD50K: Fonseca et al., TASLP 2022, propagates labels
 * so). Names are those of the ontology, or FSD50K's way to write them (`Dishes_and_pots_and_pans`), in which the parents
 * are written then, too; a label that the ontology does not have stays alone.
 *
 * @throws Problem `missing-column`, `bad-ontology`
 */
export function withParents(
  list: ClipList,
  file: string,
  { column, separator }: Omit<z.output<typeof hierarchySettings>, 'file'>,
): ClipList {
  if (!list.columns.includes(column))
    throw new Problem('missing-column', `There is no column '${column}', whose labels get their parents.`, {
      hint: `Columns: ${list.columns.join(', ')}.`,
    })
  const read = ontology.safeParse(readJsonFile(file))
  if (!read.success)
    throw new Problem('bad-ontology', `${file} is no ontology: expected a list of { id, name, child_ids }.`, {
      place: { file },
    })
  const names = new Map(read.data.map(({ id, name }) => [id, name]))
  const parents = new Map<string, string[]>()
  for (const { name, child_ids: children } of read.data)
    for (const child of children.map(id => written(names.get(id) ?? '')))
      parents.set(child, [...(parents.get(child) ?? []), name])
  const labelsOf = (cell: string | undefined) => namesIn(cell, separator)
  const plain = list.clips.some(({ labels }) => labelsOf(labels[column]).some(name => name.includes(' ')))
  const above = (name: string): string[] =>
    (parents.get(written(name)) ?? []).flatMap(parent => [plain ? parent : written(parent), ...above(parent)])
  const clips = list.clips.map(clip => {
    const own = labelsOf(clip.labels[column])
    if (own.length === 0) return clip
    const all = [...new Set([...own, ...own.flatMap(above)])]
    return { ...clip, labels: { ...clip.labels, [column]: all.join(separator) } }
  })
  return { ...list, clips }
}

/** `Dishes, pots, and pans` as FSD50K writes it. */
const written = (name: string) => name.replaceAll(', and ', '_and_').replaceAll(', ', '_and_').replaceAll(' ', '_')
