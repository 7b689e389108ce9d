/** Which recordings there are, and what is known about them. */
import { statSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, dirname, extname, resolve } from 'node:path'
import type { Windows } from './annotations/windows.js'
import { expandBraces } from './manifests/braces.js'
import type { ClipList } from './manifests/clip-list.js'
import { isShard } from './manifests/search-folder.js'
import { Problem } from './problem.js'
import { shippedFile } from './shipped-file.js'

export type { ClipList, ListedClip } from './manifests/clip-list.js'

/**
 * Clips of a folder of recordings or of tar shards, a CSV/TSV table, annotations of Raven, Audacity or BirdNET, a data set
 * file (data/sets/*.yaml), shards (`shards/{000..012}.tar`) or one audio file. Of the sounds nothing is opened, but their
 * headers where windows are cut.
 *
 * @param input path, relative ones from the working folder, or name of a data set that ships with Earshot
 * @param windows that the clips are cut into, annotations that are carried to them
 * @throws Problem `no-data`, `no-audio`, `missing-column`, `bad-data-set`; Problems with every bad row of a table and
 *   every fault of shards
 */
export async function readClips(input: string, windows: Windows = {}): Promise<ClipList> {
  const list = withOwnLabels(await read(input))
  if (windows.segment === undefined && windows.annotations === undefined) return list
  const { inWindows } = await import('./annotations/windows.js')
  const path = resolve(input)
  return withOwnLabels(await inWindows(list, windows, isFolder(path) ? path : dirname(path)))
}

/** What reads a kind of input is loaded when there is one. */
async function read(input: string): Promise<ClipList> {
  const path = resolve(shippedFile(input, 'data/sets'))
  const shards = expandBraces(path)
  if (shards.every(isShard) && !isFolder(path)) return (await import('./manifests/shards.js')).readShards(shards)
  const stats = await stat(path).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' || error.code === 'ENOTDIR' ? 'there is no such file or folder' : error.code
    throw new Problem('no-data', `${input}: ${why}.`, {
      place: { file: path },
      hint: 'Name a folder of recordings or tars, an audio file, a table, annotations or a data set file (data/sets/*.yaml).',
      cause: error,
    })
  })
  if (stats.isDirectory()) return (await import('./manifests/folder.js')).readFolder(path)
  switch (extname(path).toLowerCase()) {
    case '.yaml':
    case '.yml':
      return (await import('./manifests/data-set.js')).readDataSet(path)
    case '.csv':
    case '.tsv':
    case '.txt':
      return (await import('./manifests/table.js')).readTable(path)
  }
  return { clips: [{ id: basename(path), path, labels: {} }], columns: [] }
}

/** What every object has by nature is no label: a column `constructor` is undefined where a clip has no value in it. */
function withOwnLabels(list: ClipList): ClipList {
  for (const value of list.columns.filter(column => column in {}).map(column => ({ [column]: undefined })))
    for (const clip of list.clips) clip.labels = { ...value, ...clip.labels } as Record<string, string>
  return list
}

const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
