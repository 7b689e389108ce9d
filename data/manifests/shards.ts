import { basename, dirname, relative, sep } from 'node:path'
import { OpenFiles } from '../open-files.js'
import { firstProblems, Problem } from '../problem.js'
import { hasLabels, labelsIn } from '../shards/sample-labels.js'
import { endsIn, type Sample, samplesOf } from '../shards/samples.js'
import { type TarMember, tarMembers } from '../shards/tar-members.js'
import type { ClipList, ListedClip } from './clip-list.js'
import { type ClassOptions, classesByName } from './file-classes.js'
import { EXTENSIONS } from './search-folder.js'

export interface ShardOptions extends ClassOptions {
  /** Ids start from here; from the folder that holds all shards if absent. */
  root?: string | undefined
  /** Endings of sounds. */
  extensions?: readonly string[] | undefined
  /** unique: no key may stand in two shards. per-shard: each shard counts its own. */
  keys?: 'unique' | 'per-shard' | undefined
}

/** Text beside a sound may have so many bytes. */
const LONGEST_TEXT = 1 << 24

/**
 * Clips of tar shards, as WebDataset writes them: `key.flac` with `key.json`, `key.cls` or `key.txt` beside it, which
 * become label columns (sample-labels.ts). Nothing is unpacked; of each shard the headers and the texts are read. Where
 * no text says anything, folders in the shard are classes, as in a folder of recordings. The order is that of the
 * shards, and in a shard that of the keys. A sample without a sound is listed, and is that clip's own problem later on.
 *
 * @param shards absolute paths
 * @throws Problems, those of all shards: `no-data`, `tar-compressed`, `tar-truncated`, `tar-damaged`, `duplicate-clip`,
 *   `tar-sparse`, `two-sounds`, `bad-sample`; Problem `no-audio`
 */
export function readShards(shards: readonly string[], options: ShardOptions = {}): ClipList {
  const { root = commonFolder(shards), keys = 'unique', extensions = EXTENSIONS } = options
  const problems: Problem[] = []
  const [columns, homes] = [new Set<string>(), new Map<string, string>()]
  const clips: ListedClip[] = []
  const names: string[] = []
  let [heard, ending] = [0, options.extensions?.[0] ?? 'wav']
  for (const shard of shards) {
    for (const sample of readSamples(shard, problems)) {
      const home = keys === 'unique' ? homes.get(sample.key) : undefined
      if (home !== undefined) problems.push(twiceIn(sample.key, home, shard))
      homes.set(sample.key, shard)
      const sounds = [...sample.files].filter(([name]) => endsIn(name, extensions))
      if (sounds.length > 1) problems.push(twoSounds(shard, sample, sounds))
      ending = sounds[0]?.[0] ?? ending
      heard += sounds.length
      const name = sounds[0]?.[1].name ?? `${sample.key}.${ending}`
      const labels = labelsOf(shard, sample, problems)
      for (const column of Object.keys(labels)) columns.add(column)
      names.push(name)
      clips.push({ id: `${relative(root, shard).split(sep).join('/')}/${name}`, path: `${shard}/${name}`, labels })
    }
    texts.forget(shard)
  }
  if (problems.length > 0) throw firstProblems(problems, more => `${more} more faults of the shards are not shown.`, 20)
  if (heard === 0) throw noAudio(shards, clips.length, extensions)
  if (columns.size > 0 && options.classFrom === undefined) return { clips, columns: [...columns] }
  const classes = classesByName(names, options)
  for (const [i, name] of classes.entries()) if (name !== undefined) clips[i]!.labels.class = name
  if (classes.some(name => name !== undefined)) columns.add('class')
  return { clips, columns: [...columns] }
}

const texts = new OpenFiles(1)

function readSamples(shard: string, problems: Problem[]): Sample[] {
  try {
    const members = tarMembers(shard)
    if (!/\.tar$/i.test(shard))
      throw new Problem('tar-name', `${shard}: the name of a shard ends in .tar.`, { place: { file: shard } })
    return samplesOf(members, ({ name }) => {
      const message = `${shard} holds two files that are called '${name}', or are told apart by capitals alone.`
      problems.push(new Problem('duplicate-clip', message, { place: { file: shard } }))
    })
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    problems.push(error)
    return []
  }
}

function labelsOf(shard: string, { key, files }: Sample, problems: Problem[]): Record<string, string> {
  const labels = new Map<string, string>()
  const refuse = (what: string) =>
    problems.push(new Problem('bad-sample', `${shard}: sample '${key}': ${what}.`, { place: { file: shard } }))
  for (const [ending, member] of files) {
    if (!hasLabels(ending)) continue
    try {
      for (const [column, value] of Object.entries(labelsIn(ending, textOf(shard, member)))) {
        if ((labels.get(column) ?? value) !== value) refuse(`two of its files give a '${column}', and not the same`)
        labels.set(column, value)
      }
    } catch (error) {
      refuse(`${basename(member.name)} is no JSON (${(error as Error).message})`)
    }
  }
  return Object.fromEntries(labels)
}

function textOf(shard: string, { start, size }: TarMember): string {
  if (size > LONGEST_TEXT) throw new RangeError(`${size} bytes`)
  const bytes = Buffer.alloc(size)
  texts.read(shard, bytes, start)
  return bytes.toString()
}

function twiceIn(key: string, home: string, shard: string): Problem {
  return new Problem('duplicate-clip', `The key '${key}' stands in two shards, ${home} and ${shard}.`, {
    place: { file: shard },
    hint: "If each shard counts its own keys, say so in a data set file: 'shards', and keys: per-shard.",
  })
}

function twoSounds(shard: string, { key }: Sample, sounds: readonly [string, TarMember][]): Problem {
  const names = sounds.map(([, { name }]) => name).join(' and ')
  return new Problem('two-sounds', `${shard}: the sample '${key}' holds two sounds: ${names}.`, {
    place: { file: shard },
    hint: "A key ends at the first dot of a file's name. Which sound is meant a data set file can say: extensions: [wav]",
  })
}

function noAudio(shards: readonly string[], samples: number, extensions: readonly string[]): Problem {
  return new Problem('no-audio', `${shards[0] ?? 'The list of shards'}: no sounds in ${samples} samples.`, {
    hint: `Sounds are files in the shards that end in ${extensions.join(', ')}.`,
  })
}

function commonFolder(paths: readonly string[]): string {
  const folders = paths.map(path => dirname(path).split(sep))
  const first = folders[0] ?? []
  const differs = first.findIndex((part, i) => folders.some(folder => folder[i] !== part))
  return first.slice(0, differs < 0 ? first.length : differs).join(sep) || sep
}
