import { dirname, posix, relative, resolve, sep } from 'node:path'
import { audacityRows, isAudacity } from '../annotations/audacity.js'
import { withoutTwinViews } from '../annotations/raven.js'
import { findRecordings, recordingOf } from '../annotations/recordings.js'
import { type Measure, numberIn, type StretchColumns, stretchColumns } from '../annotations/stretch-columns.js'
import { joinStretches } from '../annotations/stretches.js'
import { soundFormat } from '../decoding/sound-format.js'
import { plainText } from '../label-cells.js'
import { firstProblems, Problem, someOf } from '../problem.js'
import { isThere } from '../shards/tar-file.js'
import type { ClipList, ListedClip } from './clip-list.js'
import type { Row } from './delimited.js'
import { mapRows, type Rows, readRows, readText, tableProblem } from './rows.js'
import { TwinRows } from './twin-rows.js'

export interface TableOptions {
  /** What paths in the table start from; the table's own folder if absent. */
  folder?: string | undefined
  /** Column of paths; else the first of FILE_COLUMNS. */
  fileColumn?: string | undefined
  /** Columns of seconds; those that `stretchColumns` knows if absent. Empty cells mean the file's own start and end. */
  startColumn?: string | undefined
  endColumn?: string | undefined
  /** Of the text, where it is neither UTF-8 nor UTF-16: `windows-1252`. */
  encoding?: string | undefined
}

/** Columns that may name the file of a clip, the first there is. */
const FILE_COLUMNS = [
  ...['file', 'path', 'filename', 'file_name', 'fname', 'slice_file_name', 'audio', 'clip', 'filepath', 'file_path'],
  ...['begin path', 'begin file', 'sound.files', 'sound_file', 'audio_file', 'audio_path', 'notated_path', 'in file'],
  'recording',
]

/** A clip as a row names it. */
export interface TableClip extends Omit<ListedClip, 'path'> {
  /** As the table has it. */
  file: string
  line: number
}

/** What a table says of clips, wherever their sounds are. */
export interface ClipTable {
  clips: TableClip[]
  /** Label columns. */
  columns: string[]
  /** Sentences on what was joined or left out. */
  notes: string[]
}

/**
 * Clips of a CSV or TSV table with a header line, a selection table of Raven, results of BirdNET, or labels of Audacity.
 * Columns other than file, start and end are labels (class, group, fold, ...); an empty cell is no label. The edges of a
 * frequency band are the columns `low_hz` and `high_hz`. Rows that name the same stretch are one clip.
 *
 * A table without a column of files speaks of the recording that has its name: `night.selections.txt` of `night.flac`.
 * Stretches of recordings that are not there are left out and told.
 *
 * @throws Problem `no-audio`, `no-recording`; as `readClipTable`
 */
export async function readTable(table: string, options: TableOptions = {}): Promise<ClipList> {
  const { clips: named, columns, notes } = await readClipTable(table, options)
  if (named.length === 0) throw tableProblem('no-audio', 'none of its rows is a stretch of sound', table)
  const folder = options.folder ?? dirname(table)
  const clips = named.map(({ file, line: _, ...clip }) => ({ ...clip, path: resolve(folder, file) }))
  if (!named.some(isStretch)) {
    await refuseAllMissing(table, clips)
    return { clips, columns, notes }
  }
  const paths = await findRecordings(new Set(named.map(({ file }) => file)), folder)
  const there = clips.flatMap((clip, at) => {
    const path = paths.get(named[at]!.file)
    if (path === undefined) return []
    return [
      path === clip.path
        ? clip
        : { ...clip, path, id: clip.id.replace(posix.normalize(named[at]!.file), within(folder, path)) },
    ]
  })
  if (there.length === 0) await refuseAllMissing(table, clips)
  return { clips: there, columns, notes: [...notes, ...missingNotes(table, named, paths)] }
}

/**
 * The rows of a table as clips. Sounds are looked at only for their rates, where stretches are counted in samples.
 *
 * @param preferred column of names that comes before all others
 * @throws Problem `missing-column`, `no-audio`, `bad-table`; Problems of rows: `bad-row`, `duplicate-clip`
 */
export async function readClipTable(table: string, options: TableOptions = {}, preferred?: string): Promise<ClipTable> {
  const rows = await annotationRows(table, options.encoding)
  const folder = options.folder ?? dirname(table)
  const columns = findColumns(rows, options, preferred)
  if (rows.rows.length === 0) throw tableProblem('no-audio', 'it lists no recordings', table, rows.line)
  const file = columns.file === undefined ? await recordingOf(table, folder) : undefined
  const fileOf = ({ fields }: Row) => file ?? fileIn(fields, columns)
  const rateOf = await ratesOf(rows, columns, fileOf, folder)
  const labels = labelColumns(rows.names, columns)
  const twins = new TwinRows(table, folder)
  const read = (row: Row): TableClip => {
    const clip = clipOf(row, fileOf(row), rows, columns, rateOf)
    if (!isStretch(clip)) twins.add(clip)
    const cells = labels.map(({ name, at, unit }) => [name, labelIn(row.fields[at]!, unit)])
    return { ...clip, labels: Object.fromEntries(cells.filter(([, text]) => text !== '')) }
  }
  const clips = mapRows(rows, read, () => twins.problem())
  return { ...joinStretches(clips, table), columns: labels.map(({ name }) => name) }
}

const within = (folder: string, path: string) => relative(folder, path).split(sep).join('/')

const isStretch = ({ start, end }: Pick<ListedClip, 'start' | 'end'>) => start !== undefined || end !== undefined

/** @throws Problem as `readRows`; Problems with every line that is no label of Audacity */
async function annotationRows(file: string, encoding?: string): Promise<Rows> {
  const text = await readText(file, encoding)
  if (!isAudacity(text)) {
    const rows = await readRows(file, encoding)
    return { ...rows, rows: withoutTwinViews(rows.names, rows.rows) }
  }
  const { wrong, ...labels } = audacityRows(text)
  const problems = wrong.map(line => tableProblem('bad-row', 'this is no label: start, end, text', file, line))
  if (problems.length > 0) throw firstProblems(problems, more => `${more} more lines of ${file} are like these.`)
  return { file, line: 1, delimiter: '\t', ...labels }
}

interface Columns extends StretchColumns {
  file: number | undefined
  /** Folder of the file (Kaleidoscope). */
  folder: number
}

function findColumns({ file: table, line, names }: Rows, options: TableOptions, preferred?: string): Columns {
  const lower = names.map(name => name.toLowerCase())
  const refused = (wanted: readonly string[]) =>
    new Problem('missing-column', `${table} has no column ${wanted.map(one => `'${one}'`).join(' or ')}.`, {
      place: { file: table, line },
      hint: `Its columns are ${names.join(', ')}.`,
    })
  const { fileColumn, startColumn, endColumn } = options
  const missing = [fileColumn, startColumn, endColumn].find(name => name !== undefined && !names.includes(name))
  if (missing !== undefined) throw refused([missing])
  const [start, end] = [startColumn, endColumn].map(name =>
    name === undefined ? undefined : { at: names.indexOf(name), unit: 1 },
  )
  const stretch = { ...stretchColumns(names), ...(start && { start }), ...(end && { end }) }
  const known = preferred === undefined ? FILE_COLUMNS : [preferred, ...FILE_COLUMNS]
  const found = fileColumn ?? known.find(name => lower.includes(name))
  const file = found === undefined ? -1 : fileColumn ? names.indexOf(found) : lower.indexOf(found)
  if (file < 0 && !stretch.start) throw refused(FILE_COLUMNS.slice(0, 8))
  return { ...stretch, file: file < 0 ? undefined : file, folder: found === 'in file' ? lower.indexOf('folder') : -1 }
}

const fileIn = (fields: readonly string[], { file, folder }: Columns) =>
  posix.join(fields[folder] ?? '', fields[file!] ?? '').replace(/^\.$/, '')

/** Columns of Raven that say nothing of the sound. */
const RAVENS_OWN = new Set(['View', 'Selection', 'Begin File', 'End File', 'Begin Path', 'End Path'])

/** Label columns; the edges of the band under names of their own, in hertz, and Raven's `Annotation` as all call it: `label`. */
function labelColumns(names: readonly string[], { file, folder, low, high, ...times }: Columns) {
  const taken = new Set([file, folder, ...Object.values(times).map(({ at }) => at)])
  const isRaven = names.includes('View')
  return names.flatMap((name, at) => {
    if (name === '' || taken.has(at) || (isRaven && RAVENS_OWN.has(name))) return []
    const edge =
      at === low?.at ? { name: 'low_hz', ...low } : at === high?.at ? { name: 'high_hz', ...high } : undefined
    return [
      edge ?? {
        name: isRaven && name === 'Annotation' && !names.includes('label') ? 'label' : name,
        at,
        unit: undefined,
      },
    ]
  })
}

function labelIn(cell: string, unit: Measure['unit'] | undefined): string {
  const text = plainText(cell)
  return typeof unit !== 'number' || unit === 1 || text === '' ? text : String(Number(text) * unit)
}

/** Rates of the recordings, where a column counts samples. */
async function ratesOf({ rows }: Rows, columns: Columns, fileOf: (row: Row) => string, folder: string) {
  const rates = new Map<string, number>()
  const { start, end, duration, inFile } = columns
  if (![start, end, duration, inFile].some(column => column?.unit === 'samples')) return rates
  const paths = await findRecordings(new Set(rows.map(fileOf)), folder)
  for (const [file, path] of paths) rates.set(file, (await soundFormat(path)).rate)
  return rates
}

function clipOf(
  { line, fields }: Row,
  file: string,
  { file: table, names, delimiter }: Rows,
  columns: Columns,
  rates: ReadonlyMap<string, number>,
): Omit<TableClip, 'labels'> {
  if (file === '') throw tableProblem('bad-row', 'no file is named', table, line)
  const seconds = (column: Measure | undefined) => {
    const number = column && numberIn(fields[column.at], delimiter === ';')
    const unit = column?.unit === 'samples' ? 1 / (rates.get(file) ?? 1) : (column?.unit ?? 1)
    return number === undefined ? undefined : number * unit
  }
  const [begin, duration, inFile] = [columns.start, columns.duration, columns.inFile].map(seconds)
  const stop = columns.end ? seconds(columns.end) : duration === undefined ? undefined : (begin ?? 0) + duration
  const shift = inFile === undefined ? 0 : inFile - (begin ?? 0)
  const [start, end] = [begin, stop].map(time => (time === undefined ? undefined : tidy(time + shift)))
  if (!((start ?? 0) >= 0 && (end ?? Number.POSITIVE_INFINITY) >= (start ?? 0))) {
    const given = [columns.start, columns.end ?? columns.duration].flatMap(one =>
      one ? [`${names[one.at]} '${fields[one.at] ?? ''}'`] : [],
    )
    throw tableProblem('bad-row', `${given.join(', ')}: expected seconds, the end after the start`, table, line)
  }
  const stretch = start === undefined && end === undefined ? '' : `#${start ?? 0}-${end ?? ''}`
  return {
    ...{ id: posix.normalize(file) + stretch, file, line },
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
  }
}

/** Sums and products of decimals without what binary numbers add: to the microsecond. */
const tidy = (seconds: number) => Math.round(seconds * 1e6) / 1e6

function missingNotes(table: string, clips: readonly TableClip[], paths: ReadonlyMap<string, string>): string[] {
  const counts = new Map<string, number>()
  for (const { file } of clips) if (!paths.has(file)) counts.set(file, (counts.get(file) ?? 0) + 1)
  if (counts.size === 0) return []
  const missing = [...counts].map(([file, rows]) => `${file} (${rows})`)
  return [`${table}: rows of recordings that are not there are left out: ${someOf(missing, 5)}.`]
}

/** One missing file is that clip's own problem, later on; if none is there, the folder is wrong. */
async function refuseAllMissing(table: string, clips: readonly ListedClip[]): Promise<void> {
  for (const { path } of clips) if (await isThere(path)) return
  const { path } = clips[0]!
  throw new Problem(
    'no-audio',
    `${table}: none of its ${clips.length} recordings is there; the first would be ${path}.`,
    {
      place: { file: table },
      hint: "Paths start from the table's folder, or from the 'folder' of a data set file.",
    },
  )
}
