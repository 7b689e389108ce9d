/** A file in a tar has a path as if the tar were a folder: `shards/000.tar/dog/1.wav`. */
import { statSync } from 'node:fs'
import { access } from 'node:fs/promises'
import { type TarMember, tarMembers } from './tar-members.js'

/** A part of a file. */
export interface ByteRange {
  file: string
  start: number
  /** Bytes. */
  size: number
}

/** Tars whose members are known, in this thread: the one not asked for longest is forgotten first. */
const KNOWN = 4
const known = new Map<string, Map<string, TarMember>>()

/**
 * Where the content of a file in a tar lies; undefined if the path leads into no tar, or to none of its files.
 *
 * @throws Problem as `tarMembers`
 */
export function inTar(path: string): ByteRange | undefined {
  for (const { index } of path.matchAll(/\.tar\//gi)) {
    const file = path.slice(0, index + '.tar'.length)
    const stats = statSync(file, { throwIfNoEntry: false })
    if (!stats?.isFile()) continue
    const member = membersByName(file, `${stats.size} ${stats.mtimeMs}`).get(path.slice(file.length + 1))
    return member && { file, start: member.start, size: member.size }
  }
  return undefined
}

/** Whether there is such a file, by itself or in a tar. @throws Problem of a tar that cannot be read */
export async function isThere(path: string): Promise<boolean> {
  if (inTar(path)) return true
  return access(path).then(
    () => true,
    () => false,
  )
}

function membersByName(file: string, version: string): Map<string, TarMember> {
  const key = `${version} ${file}`
  const members = known.get(key) ?? new Map(tarMembers(file).map(member => [member.name, member]))
  known.delete(key)
  known.set(key, members)
  if (known.size > KNOWN) known.delete(known.keys().next().value!)
  return members
}
