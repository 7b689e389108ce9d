/** Annotations of some recordings, wherever they are written down. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ListedClip } from '../manifests/clip-list.js'
import { readTable } from '../manifests/table.js'
import { Problem, Problems, problemsIn } from '../problem.js'
import { recordingOf } from './recordings.js'

export interface Annotated {
  /** Stretches with their labels. */
  stretches: ListedClip[]
  /** Label columns. */
  columns: string[]
  /** Absolute paths of the recordings that somebody annotated, also of those where nothing was found. */
  recordings: Set<string>
  notes: string[]
}

/** What a file in a folder of annotations may be instead. */
const OTHERS = new Set(['missing-column', 'bad-table', 'no-rows'])
/** Of these so many are named. */
const SHOWN = 3

/**
 * Every stretch in tables of annotations: selection tables of Raven, labels of Audacity, results of BirdNET, CSV and TSV
 * with start and end.
 *
 * @param places files, or folders that are searched for `.txt`, `.csv` and `.tsv`; what else lies there is left out, and told
 * @param folder of the recordings
 * @throws Problem `no-data`; Problems of all rows that cannot be read
 */
export async function readAnnotations(
  places: readonly string[],
  folder: string,
  encoding?: string,
): Promise<Annotated> {
  const found: Annotated = { stretches: [], columns: [], recordings: new Set(), notes: [] }
  const columns = new Set<string>()
  const problems: Problem[] = []
  const others: string[] = []
  for (const place of places) {
    const files = await tablesIn(place)
    for (const file of files)
      try {
        const { clips, columns: own, notes = [] } = await readTable(file, { folder, encoding })
        for (const column of own) columns.add(column)
        for (const clip of clips) {
          found.recordings.add(clip.path)
          if (clip.end !== undefined || clip.start !== undefined) found.stretches.push(clip)
        }
        found.notes.push(...notes)
      } catch (error) {
        const faults = problemsIn(error)
        if (!faults) throw error
        const [{ code, message }] = faults as [Problem]
        if (code === 'no-audio') await noteEmpty(file, folder, message, found)
        else if (code === 'no-recording') found.notes.push(message)
        else if (files.length > 1 && OTHERS.has(code)) others.push(message)
        else problems.push(...faults)
      }
  }
  if (problems.length > 0) throw new Problems(problems)
  if (others.length > 0) {
    const more = others.length > SHOWN ? `; and ${others.length - SHOWN} files more` : ''
    found.notes.push(`Left out, as no annotations could be read there: ${others.slice(0, SHOWN).join('; ')}${more}.`)
  }
  return { ...found, columns: [...columns] }
}

/** A table without rows says that there is nothing in the recording; one of recordings elsewhere is told. */
async function noteEmpty(file: string, folder: string, message: string, found: Annotated): Promise<void> {
  const recording = await recordingOf(file, folder).catch(() => undefined)
  if (recording === undefined) found.notes.push(message)
  else found.recordings.add(join(folder, recording))
}

async function tablesIn(place: string): Promise<string[]> {
  const stats = await stat(place).catch(cause => {
    throw new Problem('no-data', `${place}: there are no such annotations.`, { place: { file: place }, cause })
  })
  if (!stats.isDirectory()) return [place]
  const entries = await readdir(place, { recursive: true })
  return entries
    .filter(name => /\.(?:txt|csv|tsv)$/i.test(name) && !/(?:^|\/)\./.test(name))
    .sort()
    .map(name => join(place, name))
}
