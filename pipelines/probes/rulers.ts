/** What embeddings are measured against: files that `embed` writes beside them. */
import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Problem } from '../../data/problem.js'
import { type ClipTable, readClipTable } from './clip-table.js'
import type { Contestant } from './compare.js'
import { matchClips } from './match-clips.js'
import { type Matrix, rowsOf } from './products.js'

/** File name without `.arrow`, and what it is called in a table. */
const RULERS = [
  ['untrained', 'untrained encoder'],
  ['log-mel', 'log-mel statistics'],
  ['log-mel+duration', 'log-mel statistics + duration'],
] as const

/** `FILE.rulers` beside `FILE.arrow`. */
export const rulersFolder = (file: string) => `${file.replace(/\.arrow$/, '')}.rulers`

/**
 * The rulers there are, then the files of `against`, with their rows in the order of `rows`.
 *
 * @param rows clips of `table` that take part
 * @param missing told the name of each ruler that is not there
 * @throws Problem if one of them lacks clips
 */
export async function gatherContestants(
  table: ClipTable,
  rows: readonly number[],
  against: readonly string[],
  missing: (name: string) => void,
): Promise<Contestant[]> {
  const contestants: Contestant[] = []
  for (const [stem, name] of RULERS) {
    const file = join(rulersFolder(table.file), `${stem}.arrow`)
    if (existsSync(file)) contestants.push({ name, file, features: await alignedFeatures(file, table, rows) })
    else missing(name)
  }
  const names = against.map(file => basename(file, '.arrow'))
  for (const [at, file] of against.entries()) {
    const unique =
      names.indexOf(names[at]!) === names.lastIndexOf(names[at]!) && names[at] !== basename(table.file, '.arrow')
    const features = await alignedFeatures(file, table, rows)
    contestants.push({ name: unique ? names[at]! : file.replace(/\.arrow$/, ''), file, features })
  }
  return contestants
}

async function alignedFeatures(file: string, table: ClipTable, rows: readonly number[]): Promise<Matrix> {
  const other = await readClipTable(file)
  const wanted = rows.map(row => [table.clips[row]!, ...(table.paths[row] === undefined ? [] : [table.paths[row]])])
  const found = matchClips(wanted, other.clips)
  const absent = rows.filter((_, at) => found[at] === undefined)
  if (absent.length > 0)
    throw new Problem(
      'other-clips',
      `${absent.length} of ${rows.length} clips of ${table.file} are not in this file (${table.clips[absent[0]!]} ...).`,
      { place: { file }, hint: 'A comparison is paired: embed the same recordings with both.' },
    )
  return rowsOf(other.features, found as number[])
}
