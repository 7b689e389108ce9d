/** The recordings that annotations mean. */
import { basename, dirname, join, relative, resolve } from 'node:path'
import { matchClips } from '../manifests/match-clips.js'
import { searchFolder } from '../manifests/search-folder.js'
import { Problem } from '../problem.js'
import { isThere } from '../shards/tar-file.js'

/** How tools name a file of annotations, behind the name of its recording. */
const ENDINGS =
  /(?:\.table\.\d+|\.birdnet)?\.(?:selections?|selection\.table|results(?:\.r)?|annotations?|labels?)\.(?:txt|csv|tsv)$|\.(?:txt|csv|tsv)$/i

/**
 * Absolute paths by the names that annotations give them: from the folder, else a sound below it whose path ends alike
 * (`D:\\site\\01.WAV` is `site/01.flac`). Names of recordings that are not there are left out.
 *
 * @throws Problem `ambiguous-clip`
 */
export async function findRecordings(names: ReadonlySet<string>, folder: string): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  const open: string[] = []
  for (const name of names) {
    const path = resolve(folder, name)
    if (await isThere(path)) found.set(name, path)
    else open.push(name)
  }
  if (open.length === 0) return found
  const taken = new Set(found.values())
  const sounds = (await soundsIn(folder)).filter(sound => !taken.has(join(folder, sound)))
  for (const [at, name] of matchClips(
    sounds.map(sound => [sound]),
    open,
  ).entries())
    if (name !== undefined) found.set(open[name]!, join(folder, sounds[at]!))
  return found
}

/**
 * The recording that a file of annotations is called after: `night.Table.1.selections.txt`, `night.txt` of `night.flac`;
 * of several the one in the folder that has the same place.
 *
 * @returns its path from the folder
 * @throws Problem `no-recording`
 */
export async function recordingOf(table: string, folder: string): Promise<string> {
  const name = basename(table).replace(ENDINGS, '')
  const sounds = (await soundsIn(folder)).filter(sound => {
    const file = sound.split('/').at(-1)!.normalize('NFC')
    return [file, file.replace(/\.[^.]*$/, '')].includes(name.normalize('NFC'))
  })
  const beside = join(relative(folder, dirname(table)), name)
  const one = sounds.length === 1 ? sounds[0] : sounds.find(sound => sound.replace(/\.[^.]*$/, '') === beside)
  if (one !== undefined) return one
  const why =
    sounds.length > 1 ? `several are called '${name}': ${sounds.slice(0, 3).join(', ')}` : `no '${name}' is there`
  throw new Problem('no-recording', `${table} names no recording, and of those in ${folder} ${why}.`, {
    place: { file: table },
    hint: 'Name the file of annotations as its recording, or give it a column file.',
  })
}

/** Nothing where there is no such folder. */
const soundsIn = async (folder: string) => ((await isThere(folder)) ? (await searchFolder(folder)).sounds : [])
