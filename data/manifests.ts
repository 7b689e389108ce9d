/** Which recordings there are, and what is known about them. */
import { stat } from 'node:fs/promises'
import { basename, extname, resolve } from 'node:path'
import type { ClipList } from './manifests/clip-list.js'
import { readDataSet } from './manifests/data-set.js'
import { readFolder } from './manifests/folder.js'
import { readTable } from './manifests/table.js'
import { Problem } from './problem.js'

export type { ClipList, ListedClip } from './manifests/clip-list.js'

/**
 * Clips of a folder of recordings, a CSV/TSV table, a data set file (data/sets/*.yaml) or one audio file. No audio
 * is opened.
 *
 * @param input path; relative ones from the working folder
 * @throws Problem `no-data`, `no-audio`, `missing-column`, `bad-data-set`; Problems with every bad row of a table
 */
export async function readClips(input: string): Promise<ClipList> {
  const path = resolve(input)
  const stats = await stat(path).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' || error.code === 'ENOTDIR' ? 'there is no such file or folder' : error.code
    throw new Problem('no-data', `${input}: ${why}.`, {
      place: { file: path },
      hint: 'Name a folder of recordings, an audio file, a CSV/TSV table or a data set file (data/sets/*.yaml).',
      cause: error,
    })
  })
  if (stats.isDirectory()) return readFolder(path)
  switch (extname(path).toLowerCase()) {
    case '.yaml':
    case '.yml':
      return readDataSet(path)
    case '.csv':
    case '.tsv':
      return readTable(path)
  }
  return { clips: [{ id: basename(path), path, labels: {} }], columns: [] }
}
