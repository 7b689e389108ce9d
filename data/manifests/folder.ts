import { readdir, realpath, stat } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { Problem } from '../problem.js'
import type { ClipList } from './clip-list.js'

/** Endings of files that a folder is searched for. A file named by itself or by a table may end in anything. */
const EXTENSIONS =
  'aac ac3 aif aifc aiff amr au caf flac m4a m4b mka mp2 mp3 mp4 oga ogg opus snd w64 wav wave webm wma wv'.split(' ')

export interface FolderOptions {
  extensions?: readonly string[] | undefined
  /**
   * Where the column `class` comes from. folder: the name of the sub-folder, if there are several. prefix: the file's
   * name up to the first `_`, `-` or digit. none: no column.
   */
  classFrom?: 'folder' | 'prefix' | 'none' | undefined
  /** Classes to keep; clips of others stay, without a class. */
  classes?: readonly string[] | undefined
}

/**
 * Every recording below a folder, sorted by path; hidden files are left out, links followed.
 *
 * @throws Problem `no-audio`
 */
export async function readFolder(folder: string, options: FolderOptions = {}): Promise<ClipList> {
  const { extensions = EXTENSIONS, classFrom = 'folder', classes } = options
  const paths: string[] = []
  const others = await search(folder, new Set(extensions.map(extension => `.${extension}`)), paths, new Set())
  if (paths.length === 0) {
    throw new Problem('no-audio', `${folder} holds no recordings${others ? ` (${others} other files)` : ''}.`, {
      place: { file: folder },
      hint: `Recordings are files that end in ${extensions.join(', ')}.`,
    })
  }
  const ids = paths.map(path => relative(folder, path).split(sep).join('/')).sort()
  const tops = new Set(ids.filter(id => id.includes('/')).map(id => id.split('/')[0]!))
  const classOf = (id: string) => {
    const name = classFrom === 'prefix' ? /^[^_\-\d]+/.exec(id.split('/').at(-1)!)?.[0] : topOf(id, tops)
    return classFrom === 'none' || (classes && !classes.includes(name ?? '')) ? undefined : name
  }
  const clips = ids.map(id => {
    const name = classOf(id)
    const labels: Record<string, string> = name === undefined ? {} : { class: name }
    return { id, path: join(folder, ...id.split('/')), labels }
  })
  return { clips, columns: clips.some(({ labels }) => 'class' in labels) ? ['class'] : [] }
}

const topOf = (id: string, tops: ReadonlySet<string>) =>
  tops.size > 1 && id.includes('/') ? id.split('/')[0] : undefined

/** Adds paths of recordings. @returns how many other files there are */
async function search(
  folder: string,
  endings: ReadonlySet<string>,
  found: string[],
  seen: Set<string>,
): Promise<number> {
  const real = await realpath(folder)
  if (seen.has(real)) return 0
  seen.add(real)
  let others = 0
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.name.startsWith('.')) continue
    const path = join(folder, entry.name)
    const kind = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry
    if (kind?.isDirectory()) others += await search(path, endings, found, seen)
    else if (kind?.isFile() && endings.has(extname(entry.name).toLowerCase())) found.push(path)
    else others++
  }
  return others
}
