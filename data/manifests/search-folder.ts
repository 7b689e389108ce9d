import type { Dirent } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { firstProblems, Problem } from '../problem.js'

/** Endings of files that folders and shards are searched for. A file named by itself or by a table may end in anything. */
export const EXTENSIONS: readonly string[] =
  'aac ac3 aif aifc aiff amr au caf flac m4a m4b mka mp2 mp3 mp4 oga ogg opus snd w64 wav wave webm wma wv'.split(' ')

/** Paths from the folder, sorted, with `/` between folders. */
export interface Found {
  sounds: string[]
  shards: string[]
  /** How many other files there are. */
  others: number
}

/**
 * The sounds and tars below a folder; hidden files are left out, links followed. A sound's link that leads
 * nowhere is found as well, so that it is told as missing.
 *
 * @param extensions of sounds, without a dot
 * @throws Problems `unreadable-folder`, `bad-name`: what cannot be read would be left out
 */
export async function searchFolder(folder: string, extensions: readonly string[] = EXTENSIONS): Promise<Found> {
  const search = new Search(new Set(extensions.map(extension => `.${extension}`)))
  await search.folder(folder)
  const { sounds, shards, others, problems } = search
  if (problems.length > 0)
    throw firstProblems(problems, more => `${more} more files or folders in ${folder} are like these.`)
  const within = (paths: string[]) => paths.map(path => relative(folder, path).split(sep).join('/')).sort()
  return { sounds: within(sounds), shards: within(shards), others }
}

/** Tars, also compressed ones, which are refused with what to do. */
export const isShard = (path: string) => /\.(?:tar|tgz|tbz2|txz|tar\.(?:gz|bz2|xz|zst))$/i.test(path)

class Search {
  /** Absolute. */
  readonly sounds: string[] = []
  readonly shards: string[] = []
  others = 0
  readonly problems: Problem[] = []
  readonly #seen = new Set<string>()

  constructor(private readonly endings: ReadonlySet<string>) {}

  async folder(folder: string): Promise<void> {
    for (const entry of await this.#entries(folder)) {
      if (entry.name.startsWith('.')) continue
      const path = join(folder, entry.name)
      const isSound = this.endings.has(extname(entry.name).toLowerCase())
      if (entry.name.includes('\ufffd') && !(await stat(path).catch(() => undefined))) {
        if (isSound || entry.isDirectory()) this.problems.push(badName(path))
        continue
      }
      const kind = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry
      if (kind?.isDirectory()) await this.folder(path)
      else if (isSound && (kind === undefined || kind.isFile())) this.sounds.push(path)
      else if (kind?.isFile() && isShard(entry.name)) this.shards.push(path)
      else this.others++
    }
  }

  /** None of a folder that was searched before: links may lead in circles. */
  async #entries(folder: string): Promise<Dirent[]> {
    try {
      const real = await realpath(folder)
      if (this.#seen.has(real)) return []
      this.#seen.add(real)
      return await readdir(folder, { withFileTypes: true })
    } catch (error) {
      this.problems.push(unreadable(folder, error as NodeJS.ErrnoException))
      return []
    }
  }
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
