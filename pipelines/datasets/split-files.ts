/** A split on disk: a table with a column that names the part, and data set files for all of it and for each part. */
import { dirname, relative, resolve, sep } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { stringify } from 'yaml'
import { stretchColumns } from '../../data/annotations/stretch-columns.js'
import { writeDelimited } from '../../data/manifests/delimited.js'
import type { ClipList, ListedClip } from '../../data/manifests.js'
import { Problem } from '../../data/problem.js'
import { makeFolder, writeWhole } from '../../data/whole-file.js'

/**
 * Writes `name`.tsv, `name`.yaml and `name`-PART.yaml. Clips keep their ids if all of them stand below one folder.
 *
 * @param name path without an ending
 * @param column name of the new column
 * @returns the data set files, that of the whole set first
 * @throws Problem `duplicate-column`, `bad-option`, `disk-full`, `not-writable`
 */
export function writeSplit(
  name: string,
  { clips, columns }: ClipList,
  assigned: readonly string[],
  { column, parts, purpose }: { column: string; parts: readonly string[]; purpose: string },
): string[] {
  const stretches = clips.some(({ start, end }) => start !== undefined || end !== undefined)
  const own = ['file', ...(stretches ? ['start', 'end'] : [])]
  demandColumns(own, columns, column)
  const folder = dirname(resolve(name))
  makeFolder(folder)
  const root = commonRoot(clips)
  const header = [...own, ...columns, column]
  const rows = clips.map((clip, i) => [
    root === undefined ? relative(folder, clip.path) : fileOf(clip),
    ...(stretches ? [clip.start ?? '', clip.end ?? ''] : []),
    ...columns.map(one => clip.labels[one] ?? ''),
    assigned[i]!,
  ])
  writeWhole(`${name}.tsv`, writeDelimited([header, ...rows], '\t'))
  const table = `${name.split(/[/\\]/).at(-1)}.tsv`
  const set = { table: resolve(folder, table), ...(root !== undefined && { folder: root }) }
  const local = {
    ...(set.folder !== undefined && { folder: relative(folder, set.folder) || '.' }),
    table: relative(set.folder ?? folder, set.table),
    'file-column': 'file',
  }
  const files = [`${name}.yaml`, ...parts.map(part => `${name}-${part}.yaml`)]
  writeWhole(files[0]!, `# Purpose:  ${purpose}\n${stringify(local)}`)
  for (const [i, part] of parts.entries()) {
    const only = { ...local, where: { [column]: part } }
    writeWhole(files[i + 1]!, `# Purpose:  ${purpose} The part '${part}'.\n${stringify(only)}`)
  }
  return files
}

/** @throws Problem `duplicate-column`, `bad-option`: the table would not be read as it was written */
function demandColumns(own: readonly string[], columns: readonly string[], column: string): void {
  if (columns.includes(column))
    throw new Problem('duplicate-column', `The clips have a column '${column}' already.`, {
      hint: `Name the new one otherwise with --column, or count that one with --existing ${column}.`,
    })
  const taken = columns.find(name => own.includes(name))
  if (taken !== undefined)
    throw new Problem('duplicate-column', `The clips have a label column '${taken}', as the table of a split has.`, {
      hint: `Give it another name in the table of the clips; ${own.join(', ')} say where the sound is.`,
    })
  const before = stretchColumns([...own, ...columns])
  const isTime = !isDeepStrictEqual(before, stretchColumns([...own, ...columns, column]))
  if (own.includes(column) || isTime || column.trim() !== column || column === '')
    throw new Problem('bad-option', `The new column cannot be called '${column}'.`, {
      hint: 'A name that says where sound is (file, start, onset, duration) or that is blank would not be read as a part.',
    })
}

const fileOf = ({ id, start, end }: ListedClip) =>
  start === undefined && end === undefined ? id : id.slice(0, id.lastIndexOf('#'))

/** The folder that all ids start from; undefined if there is no such one. */
function commonRoot(clips: readonly ListedClip[]): string | undefined {
  const roots = new Set(
    clips.map(clip => {
      const tail = sep + fileOf(clip).split('/').join(sep)
      return clip.path.endsWith(tail) ? clip.path.slice(0, -tail.length) : undefined
    }),
  )
  return roots.size === 1 ? [...roots][0] : undefined
}
