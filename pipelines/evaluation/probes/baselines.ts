/** What embeddings are measured against: files that `embed` writes beside them. */
import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { openEmbeddings } from '../../../data/arrow/arrow-reader.js'
import { matchClips } from '../../../data/manifests/match-clips.js'
import { Problem } from '../../../data/problem.js'
import { type ClipTable, readClipTable } from '../../embeddings/clip-table.js'
import { baselinesFolder } from '../../embeddings/metadata.js'
import { rowsOf } from '../../statistics/products.js'
import type { Contestant } from './compare.js'
import type { Features } from './cross-validate.js'
import { readFrames } from './frames.js'

/** File name without `.arrow`, and what it is called in a table. */
const BASELINES = [
  ['untrained', 'untrained encoder'],
  ['log-mel', 'log-mel statistics'],
  ['log-mel+duration', 'log-mel statistics + duration'],
] as const

interface Asked {
  /** More files. */
  against: readonly string[]
  /** All embeddings of each clip as well. */
  frames: boolean
  /** Told of each baseline that cannot be compared with. */
  missing(baseline: MissingBaseline): void
}

export interface MissingBaseline {
  name: string
  /** In words: `its file is not there`. */
  why: string
}

/**
 * The baselines there are, then the files of `against`, with their rows in the order of `rows`.
 *
 * @param rows clips of `table` that take part
 * @throws Problem if one of them lacks clips
 */
export async function gatherContestants(
  table: ClipTable,
  rows: readonly number[],
  { against, frames, missing }: Asked,
): Promise<Contestant[]> {
  const contestants: Contestant[] = []
  const read = (file: string) => alignedFeatures(file, table, rows, frames)
  for (const [stem, name] of BASELINES) {
    const file = join(baselinesFolder(table.file), `${stem}.arrow`)
    const why = existsSync(file) ? await notOf(table, file) : 'its file is not there'
    if (why === undefined) contestants.push({ name, file, ...(await read(file)) })
    else missing({ name, why })
  }
  const names = against.map(file => basename(file, '.arrow'))
  for (const [at, file] of against.entries()) {
    const unique =
      names.indexOf(names[at]!) === names.lastIndexOf(names[at]!) && names[at] !== basename(table.file, '.arrow')
    contestants.push({ name: unique ? names[at]! : file.replace(/\.arrow$/, ''), file, ...(await read(file)) })
  }
  return contestants
}

/** Why a baseline is not that of a table's embeddings: left by an earlier `embed` of another run or readout. */
async function notOf({ metadata }: ClipTable, file: string): Promise<string | undefined> {
  const baseline = await openEmbeddings(file)
  baseline.close()
  const differs = (name: string) => metadata[name] !== baseline.metadata[name]
  if (differs('earshot.readout')) return 'its file was read out in another way than these embeddings'
  if (!differs('earshot.checkpoint')) return undefined
  const of = ({ 'earshot.checkpoint': hash }: Record<string, string>) => hash?.slice(0, 8) ?? 'none'
  return `its file is of the checkpoint ${of(baseline.metadata)}, these embeddings are of ${of(metadata)}`
}

/**
 * What another file has of the clips of `table`, in the order of `rows`.
 *
 * @param frames all embeddings of each clip as well
 * @throws Problem if it lacks clips
 */
export async function alignedFeatures(
  file: string,
  table: ClipTable,
  rows: readonly number[],
  frames = false,
): Promise<Features> {
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
  const own = found as number[]
  const names = own.map(row => other.clips[row]!)
  return { features: rowsOf(other.features, own), ...(frames && { frames: await readFrames(file, names) }) }
}
