import { join } from 'node:path'
import { Problem } from '../problem.js'
import type { ClipList } from './clip-list.js'
import { type ClassOptions, classesByName } from './file-classes.js'
import { recordedColumns } from './recorder-names.js'
import { EXTENSIONS, searchFolder } from './search-folder.js'
import { readShards, type ShardOptions } from './shards.js'

export interface FolderOptions extends ClassOptions, Pick<ShardOptions, 'keys'> {
  extensions?: readonly string[] | undefined
}

/**
 * Every recording below a folder, sorted by path; hidden files are left out, links followed. Sub-folders are classes, or
 * sites where all names are those of recorders, which tell date and time (recorder-names.ts). If there are none but tars,
 * their recordings (shards.ts).
 *
 * @throws Problem `no-audio`; those of `searchFolder` and of shards
 */
export async function readFolder(folder: string, options: FolderOptions = {}): Promise<ClipList> {
  const { extensions = EXTENSIONS } = options
  const found = await searchFolder(folder, extensions)
  if (found.sounds.length === 0 && found.shards.length > 0)
    return readShards(
      found.shards.map(shard => join(folder, shard)),
      { ...options, root: folder },
    )
  if (found.sounds.length === 0) {
    throw new Problem(
      'no-audio',
      `${folder} holds no recordings${found.others ? ` (${found.others} other files)` : ''}.`,
      {
        place: { file: folder },
        hint: `Recordings are files that end in ${extensions.join(', ')}, also in tars.${found.others ? ' A table, or a file of annotations, is named itself.' : ''}`,
      },
    )
  }
  const ids = found.sounds
  const recorded = options.classFrom === undefined ? recordedColumns(ids) : undefined
  const { columns, labels } = recorded ?? classColumn(ids, options)
  return { clips: ids.map((id, i) => ({ id, path: join(folder, ...id.split('/')), labels: labels[i]! })), columns }
}

function classColumn(ids: readonly string[], options: ClassOptions) {
  const classes = classesByName(ids, options)
  const labels = classes.map((name): Record<string, string> => (name === undefined ? {} : { class: name }))
  return { columns: classes.some(name => name !== undefined) ? ['class'] : [], labels }
}
