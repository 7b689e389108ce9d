/** Separates recordings one after the other: what is whole already stays, what cannot be read is left out. */
import { appendFileSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { readClips } from '../../data/manifests.js'
import { Problem } from '../../data/problem.js'
import { startEngine } from '../../engine/tensorflow.js'
import { progress } from '../progress.js'
import { onDisk } from '../whole-file.js'
import { findProcessors, openProcessors } from './processors.js'
import { noteIfDone, type SeparationNote, separateClip } from './separate-clip.js'
import { writeSeparationPage } from './separation-page.js'

export interface SeparateOptions {
  /** Run, RUN@step, or checkpoint. */
  run: string
  /** Further separators. */
  others: readonly string[]
  sounds: string
  folder: string
  /** Only so many recordings, the first ones. */
  count?: number | undefined
  /** Seconds. */
  window: number
  overlap: number
  signal: AbortSignal
}

export interface Separated {
  made: number
  kept: number
  skipped: { clip: string; reason: string }[]
  /** Recordings that an interrupt left. */
  missing: number
  channels: number
  page: string
}

/** No other recording would fare better. */
const FATAL = new Set(['disk-full', 'not-writable'])

/** @throws Problem if there are no such checkpoints or sounds, if the disk is full */
export async function separateRecordings(options: SeparateOptions): Promise<Separated> {
  const { run, others, sounds, folder, count, window, overlap, signal } = options
  const found = findProcessors([run, ...others])
  const clips = (await readClips(sounds)).clips.slice(0, count)
  onDisk(folder, () => mkdirSync(folder, { recursive: true }))
  const processors = await openProcessors(await startEngine({}), found)
  const { rate } = processors[0]!
  const windows = { length: Math.round(window * rate), overlap: Math.round(overlap * rate) }
  const notes: { folder: string; note: SeparationNote }[] = []
  const skipped: Separated['skipped'] = []
  const [names, lost] = [folderNames(clips.map(({ id }) => id)), join(folder, 'skipped.jsonl')]
  rmSync(lost, { force: true })
  let [made, kept] = [0, 0]
  const bar = progress('separating', clips.length)
  try {
    for (const [at, clip] of clips.entries()) {
      if (signal.aborted) break
      const job = { clip, folder: join(folder, names[at]!), processors, windows, signal }
      try {
        const done = await noteIfDone(job)
        notes.push({ folder: names[at]!, note: done ?? (await separateClip(job)) })
        if (done) kept++
        else made++
      } catch (error) {
        if (signal.aborted) break
        if (!(error instanceof Problem) || FATAL.has(error.code)) throw error
        skipped.push({ clip: clip.id, reason: error.message })
        appendFileSync(lost, `${JSON.stringify(skipped.at(-1))}\n`)
      }
      bar.tick()
    }
  } finally {
    bar.done()
  }
  const page = await writeSeparationPage(
    folder,
    processors.map(({ name }) => name),
    notes,
  )
  const missing = clips.length - notes.length - skipped.length
  const channels = processors.reduce((sum, { count }) => sum + count, 0)
  return { made, kept, skipped, missing, channels, page }
}

/** Ids as names of folders: without ending, letters, digits, points and lines alone, no two alike. */
function folderNames(ids: readonly string[]): string[] {
  const taken = new Set<string>()
  return ids.map(id => {
    const plain =
      id
        .replace(/\.\w{1,5}$/, '')
        .replace(/[^\p{L}\p{N}._-]+/gu, '_')
        .replace(/^\.+/, '_') || '_'
    let name = plain
    for (let i = 2; taken.has(name); i++) name = `${plain}-${i}`
    taken.add(name)
    return name
  })
}
