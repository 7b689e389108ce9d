import type { Dirent } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { firstProblems, Problem } from '../problem.js'
import { isThere } from '../shards/tar-file.js'
import type { ClipList } from './clip-list.js'
import { type ClassOptions, classesByName } from './file-classes.js'
import { readShards, type ShardOptions } from './shards.js'
import { EXTENSIONS } from './sound-files.js'

export interface FolderOptions extends ClassOptions, Pick<ShardOptions, 'keys'> {
  extensions?: readonly string[] | undefined
}

/**
 * Every recording below a folder, sorted by path; hidden files are left out, links followed. If there are none but tars,
 * their recordings (shards.ts).
 *
 * @throws Problem `no-audio`; Problems `unreadable-folder`, `bad-name`; those of shards
 */
export async function readFolder(folder: string, options: FolderOptions = {}): Promise<ClipList> {
  const { extensions = EXTENSIONS } = options
  const found: Found = { sounds: [], shards: [], others: 0, problems: [] }
  await search(folder, new Set(extensions.map(extension => `.${extension}`)), found, new Set())
  if (found.problems.length > 0)
    throw firstProblems(found.problems, more => `${more} more files or folders in ${folder} are like these.`)
  if (found.sounds.length === 0 && found.shards.length > 0)
    return readShards(found.shards.sort(), { ...options, root: folder })
  if (found.sounds.length === 0) {
    throw new Problem(
      'no-audio',
      `${folder} holds no recordings${found.others ? ` (${found.others} other files)` : ''}.`,
      {
        place: { file: folder },
        hint: `Recordings are files that end in ${extensions.join(', ')}, also in tars.`,
      },
    )
  }
  const ids = found.sounds.map(path => relative(folder, path).split(sep).join('/')).sort()
  const classes = classesByName(ids, options)
  const clips = ids.map((id, i) => {
    const labels: Record<string, string> = classes[i] === undefined ? {} : { class: classes[i] }
    return { id, path: join(folder, ...id.split('/')), labels }
  })
  return { clips, columns: classes.some(name => name !== undefined) ? ['class'] : [] }
}

/** Absolute paths, and how many other files there are. */
interface Found {
  sounds: string[]
  shards: string[]
  others: number
  problems: Problem[]
}

/** Tars, also compressed ones, which are refused with what to do. */
export const isShard = (path: string) => /\.(?:tar|tgz|tbz2|txz|tar\.(?:gz|bz2|xz|zst))$/i.test(path)

async function search(folder: string, endings: ReadonlySet<string>, found: Found, seen: Set<string>): Promise<void> {
  const entries = await entriesOf(folder, seen).catch((error: NodeJS.ErrnoException) => {
    found.problems.push(unreadable(folder, error))
    return []
  })
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue
    const path = join(folder, entry.name)
    if (entry.name.includes('\ufffd') && !(await isThere(path))) {
      if (entry.isDirectory() || endings.has(extname(entry.name).toLowerCase())) found.problems.push(badName(path))
      continue
    }
    const kind = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry
    if (kind?.isDirectory()) await search(path, endings, found, seen)
    else if (kind?.isFile() && endings.has(extname(entry.name).toLowerCase())) found.sounds.push(path)
    else if (kind?.isFile() && isShard(entry.name)) found.shards.push(path)
    else found.others++
  }
}

/** Of a folder not seen before. */
async function entriesOf(folder: string, seen: Set<string>): Promise<Dirent[]> {
  const real = await realpath(folder)
  if (seen.has(real)) return []
  seen.add(real)
  return readdir(folder, { withFileTypes: true })
}

const unreadable = (folder: string, error: NodeJS.ErrnoException) =>
  new Problem('unreadable-folder', `${folder} cannot be read (${error.code}): what is in it would be left out.`, {
    place: { file: folder },
    hint: 'Give yourself the right to read it, or move it elsewhere.',
    cause: error,
  })

/** Decoded, other names may be the same, and none of them opens the file. */
const badName = (path: string) =>
  new Problem('bad-name', `${path}: the name of this file is not UTF-8, so that it cannot be opened.`, {
    place: { file: path },
    hint: 'Rename it. For all below a folder: convmv -r -f latin1 -t utf8 --notest FOLDER',
  })
