/**
 * Which recordings are separated, in which folder each (that depends on the whole list, in shards too), and the list of those
 * that were left out.
 */
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { readClips } from '../../data/manifests.js'
import type { Clip } from '../../stages/values.js'
import type { Shard } from '../jobs/shard.js'

export interface Place {
  clip: Clip
  /** Name of the recording's folder. */
  name: string
}

/** @param count only so many, the first ones. @throws Problem of `readClips` */
export async function readPlaces(sounds: string, count?: number): Promise<Place[]> {
  const clips = (await readClips(sounds)).clips.slice(0, count)
  const names = folderNames(clips.map(({ id }) => id))
  return clips.map((clip, at) => ({ clip, name: names[at]! }))
}

/** What lies in the folder beside the recordings: the page, lists of what was left out. */
const OWN = /^(index\.html|skipped(-\d+-of-\d+)?\.jsonl)$/i

/** The most bytes that file systems give a name, and room for what makes it another than those before it. */
const MOST = 255 - 12

/** Ids as names of folders: without ending, letters, digits, points and lines alone, no two alike. */
function folderNames(ids: readonly string[]): string[] {
  const taken = new Set<string>()
  return ids.map(id => {
    const plain = shortened(
      id
        .replace(/\.\w{1,5}$/, '')
        .replace(/[^\p{L}\p{N}._-]+/gu, '_')
        .replace(/^\.+/, '_') || '_',
    )
    let name = plain
    for (let i = 2; taken.has(name) || OWN.test(name); i++) name = `${plain}-${i}`
    taken.add(name)
    return name
  })
}

/** Its beginning, whole letters, in so many bytes of UTF-8. */
function shortened(name: string): string {
  if (Buffer.byteLength(name) <= MOST) return name
  return new TextDecoder().decode(Buffer.from(name).subarray(0, MOST), { stream: true })
}

export interface Skipped {
  clip: string
  reason: string
}

/** Each shard has one of its own while shards run side by side. */
export const skippedFile = (folder: string, shard?: Shard): string =>
  join(folder, shard ? `skipped-${shard.number}-of-${shard.of}.jsonl` : 'skipped.jsonl')

/** Takes away the lists of shards, once there is one of all. */
export function forgetShards(folder: string): void {
  for (const name of readdirSync(folder))
    if (/^skipped-\d+-of-\d+\.jsonl$/.test(name)) rmSync(join(folder, name), { force: true })
}
