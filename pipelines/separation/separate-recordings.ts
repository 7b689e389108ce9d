/** Separates recordings one after the other: what is whole already stays, what cannot be read is left out. */
import { appendFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from '../../data/problem.js'
import { makeFolder, onDisk } from '../../data/whole-file.js'
import { startEngine } from '../../engine/tensorflow.js'
import { clipsOf } from '../jobs/shard.js'
import { progress } from '../terminal/progress.js'
import { forgetShards, readPlaces, type Skipped, skippedFile } from './places.js'
import { findProcessors, openProcessors } from './processors.js'
import { noteIfDone, type SeparationNote, separateClip } from './separate-clip.js'
import type { SeparateOptions } from './separate-options.js'
import { writeSeparationPage } from './separation-page.js'

export interface Separated {
  made: number
  kept: number
  skipped: Skipped[]
  /** Recordings that an interrupt left. */
  missing: number
  channels: number
  /** Not of a shard: it knows nothing of the others. */
  page: string | undefined
}

/** No other recording would fare better. */
const FATAL = new Set(['disk-full', 'not-writable'])

/** @throws Problem if there are no such checkpoints or sounds, if the disk is full */
export async function separateRecordings(options: SeparateOptions): Promise<Separated> {
  const { run, others, sounds, folder, count, window, overlap, shard, signal } = options
  const found = findProcessors([run, ...others])
  const places = await readPlaces(sounds, count)
  const own = shard ? clipsOf(places, shard) : places
  makeFolder(folder)
  const processors = await openProcessors(await startEngine({}), found)
  const { rate } = processors[0]!
  const windows = { length: Math.round(window * rate), overlap: Math.round(overlap * rate) }
  const notes: { folder: string; note: SeparationNote }[] = []
  const skipped: Skipped[] = []
  const lost = skippedFile(folder, shard)
  if (!shard) forgetShards(folder)
  rmSync(lost, { force: true })
  let [made, kept] = [0, 0]
  const bar = progress('separating', own.length)
  try {
    for (const { clip, name } of own) {
      if (signal.aborted) break
      const job = { clip, folder: join(folder, name), processors, windows, signal }
      try {
        const done = await noteIfDone(job)
        notes.push({ folder: name, note: done ?? (await separateClip(job)) })
        if (done) kept++
        else made++
      } catch (error) {
        if (signal.aborted) break
        if (!(error instanceof Problem) || FATAL.has(error.code)) throw error
        skipped.push({ clip: clip.id, reason: error.message })
        onDisk(folder, () => appendFileSync(lost, `${JSON.stringify(skipped.at(-1))}\n`))
      }
      bar.tick()
    }
  } finally {
    bar.done()
  }
  const titles = processors.map(({ name }) => name)
  const page = shard ? undefined : await writeSeparationPage(folder, titles, notes)
  const missing = own.length - notes.length - skipped.length
  const channels = processors.reduce((sum, { count }) => sum + count, 0)
  return { made, kept, skipped, missing, channels, page }
}
