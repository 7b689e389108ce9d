import { join } from 'node:path'
import type { ClipList, ListedClip } from '../manifests/clip-list.js'
import { Problem } from '../problem.js'
import { isThere } from '../shards/tar-file.js'

/** A clip by its path below the data set's folder, and its labels; empty ones are left out. */
export interface Entry {
  file: string
  labels: Record<string, string>
}

/** Rows of a table that names the files of one folder, with what is known of all of them. */
export const entriesIn = (
  audio: string,
  rows: readonly ({ fname: string } & Record<string, string>)[],
  ofAll: Record<string, string>,
): Entry[] => rows.map(({ fname, ...labels }) => ({ file: `${audio}/${fname}`, labels: { ...labels, ...ofAll } }))

/**
 * Entries as clips. A missing file is that clip's own problem, later on; if none is there, the folder is wrong.
 *
 * @param columns in the order in which they are shown
 * @throws Problem `no-audio`
 */
export async function clipsOf(
  folder: string,
  columns: readonly string[],
  entries: readonly Entry[],
): Promise<ClipList> {
  const clips: ListedClip[] = entries.map(({ file, labels }) => ({
    ...{ id: file, path: join(folder, ...file.split('/')) },
    labels: Object.fromEntries(columns.flatMap(column => (labels[column] ? [[column, labels[column]]] : []))),
  }))
  for (const { path } of clips) if (await isThere(path)) return { clips, columns: [...columns] }
  const first = clips[0] === undefined ? '' : `; the first would be ${clips[0].path}`
  throw new Problem('no-audio', `${folder}: none of its ${clips.length} recordings is there${first}.`, {
    place: { file: folder },
  })
}
