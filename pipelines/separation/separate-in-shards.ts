/** Separates a list in shards that write into one folder side by side; the page comes when they have ended. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { writeWhole } from '../../data/whole-file.js'
import { readJsonLines } from '../jobs/json-lines.js'
import { runShards, type Sharding } from '../jobs/run-shards.js'
import { clipsOf, type Shard } from '../jobs/shard.js'
import type { ShardsEnd } from '../jobs/shard-jobs.js'
import { forgetShards, type Place, readPlaces, type Skipped, skippedFile } from './places.js'
import { findProcessors } from './processors.js'
import { readNote } from './separate-clip.js'
import type { SeparateOptions } from './separate-options.js'
import type { Separated } from './separate-recordings.js'
import { writeSeparationPage } from './separation-page.js'

export interface SeparateInShards extends Pick<SeparateOptions, 'run' | 'others' | 'sounds' | 'folder' | 'count'> {
  /** Further options of `separate`, as they were typed. */
  typed: readonly string[]
  sharding: Sharding
  signal: AbortSignal
}

export interface SeparatedInShards extends Pick<Separated, 'skipped' | 'channels' | 'page'> {
  end: ShardsEnd
  /** Recordings of the shards that are done. */
  separated: number
}

/**
 * All shards are by the checkpoints that there are now, also if the run is trained further meanwhile.
 *
 * @throws Problem if there are no such checkpoints or sounds; those of `runShards`
 */
export async function separateInShards(options: SeparateInShards): Promise<SeparatedInShards> {
  const { run, others, sounds, folder, count, typed, sharding, signal } = options
  const found = findProcessors([run, ...others])
  const [first, ...further] = found.map(({ file }) => file)
  const places = await readPlaces(sounds, count)
  clipsOf(places, { number: 1, of: sharding.shards })
  const command = {
    output: folder,
    identity: ['separate', found.map(({ hash }) => hash), typed, folder, places],
    words: ({ number, of }: Shard) => [
      ...['separate', first!, sounds, '-o', folder, ...typed],
      ...(further.length > 0 ? ['--processors', further.join()] : []),
      ...['--shard', `${number}/${of}`],
    ],
  }
  return runShards(command, sharding, signal, async end => ({ end, ...(await gather(folder, places, end)) }))
}

/** What the shards that are done have made; one list of what was left out once all are. */
async function gather(folder: string, places: readonly Place[], { done, failed, open }: ShardsEnd) {
  const skipped = done.flatMap(({ shard }) => readJsonLines<Skipped>(skippedFile(folder, shard)))
  const lost = new Set(skipped.map(({ clip }) => clip))
  const notes = done
    .flatMap(({ shard }) => clipsOf(places, shard))
    .filter(({ clip }) => !lost.has(clip.id))
    .flatMap(({ name }) => {
      const note = readNote(join(folder, name))
      return note ? [{ folder: name, note }] : []
    })
  const processors = notes[0]?.note.processors ?? []
  const channels = processors.reduce((sum, { channels }) => sum + channels.length, 0)
  const titles = processors.map(({ name }) => name)
  // who has stopped it goes on later
  const page = notes.length > 0 && open.length === 0 ? await writeSeparationPage(folder, titles, notes) : undefined
  if (failed.length + open.length === 0) {
    rmSync(skippedFile(folder), { force: true })
    if (skipped.length > 0) writeWhole(skippedFile(folder), skipped.map(one => `${JSON.stringify(one)}\n`).join(''))
    forgetShards(folder)
  }
  return { separated: notes.length, skipped, channels, page }
}
