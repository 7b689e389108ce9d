import { dirname, posix, resolve } from 'node:path'
import { plainText } from '../label-cells.js'
import { Problem } from '../problem.js'
import { isThere } from '../shards/tar-file.js'
import type { ClipList, ListedClip } from './clip-list.js'
import type { Delimiter, Row } from './delimited.js'
import { mapRows, type Rows, readRows, tableProblem } from './rows.js'
import { TwinRows } from './twin-rows.js'

export interface TableOptions {
  /** What paths in the table start from; the table's own folder if absent. */
  folder?: string | undefined
  /** Column of paths; else the first of FILE_COLUMNS. */
  fileColumn?: string | undefined
  /** Columns of seconds; `start` and `end` if there are such columns. Empty cells mean the file's own start and end. */
  startColumn?: string | undefined
  endColumn?: string | undefined
  /** Of the text, where it is neither UTF-8 nor UTF-16: `windows-1252`. */
  encoding?: string | undefined
}

/** Columns that may name the file of a clip, the first there is. */
const FILE_COLUMNS = ['file', 'path', 'filename', 'file_name', 'fname', 'slice_file_name', 'audio', 'clip']

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
}

/**
 * Clips of a CSV or TSV table with a header line. Columns other than file, start and end are labels (class, group,
 * fold, ...); an empty cell is no label.
 *
 * @throws Problem `no-audio`; as `readClipTable`
 */
export async function readTable(table: string, options: TableOptions = {}): Promise<ClipList> {
  const { clips: named, columns } = await readClipTable(table, options)
  const folder = options.folder ?? dirname(table)
  const clips = named.map(({ file, line: _, ...clip }) => ({ ...clip, path: resolve(folder, file) }))
  await refuseAllMissing(table, clips)
  return { clips, columns }
}

/**
 * The rows of a table as clips, without a look at the sounds.
 *
 * @param preferred column of names that comes before all others
 * @throws Problem `missing-column`, `no-audio`, `bad-table`; Problems of rows: `bad-row`, `duplicate-clip`
 */
export async function readClipTable(table: string, options: TableOptions, preferred?: string): Promise<ClipTable> {
  const rows = await readRows(table, options.encoding)
  if (rows.rows.length === 0) throw tableProblem('no-audio', 'it lists no recordings', table, rows.line)
  const columns = findColumns(rows, options, preferred)
  const labels = rows.names.flatMap((name, i) =>
    name === '' || Object.values(columns).includes(i) ? [] : [{ name, i }],
  )
  const twins = new TwinRows(table, options.folder ?? dirname(table))
  const read = (row: Row): TableClip => {
    const clip = clipOf(row, rows, columns)
    twins.add(clip)
    const cells = labels.map(({ name, i }) => [name, plainText(row.fields[i]!)])
    return { ...clip, labels: Object.fromEntries(cells.filter(([, text]) => text !== '')) }
  }
  return { clips: mapRows(rows, read, () => twins.problem()), columns: labels.map(({ name }) => name) }
}

interface Columns {
  file: number
  start: number
  end: number
}

function findColumns({ file: table, line, names }: Rows, options: TableOptions, preferred?: string): Columns {
  const position = (name: string | undefined, otherwise: readonly string[]) =>
    name === undefined
      ? otherwise.map(one => names.findIndex(column => column.toLowerCase() === one)).find(at => at >= 0)
      : names.indexOf(name)
  const refused = (wanted: readonly string[]) =>
    new Problem('missing-column', `${table} has no column ${wanted.map(one => `'${one}'`).join(' or ')}.`, {
      place: { file: table, line },
      hint: `Its columns are ${names.join(', ')}.`,
    })
  const { fileColumn, startColumn, endColumn } = options
  const missing = [fileColumn, startColumn, endColumn].find(name => name !== undefined && !names.includes(name))
  if (missing !== undefined) throw refused([missing])
  const file = position(fileColumn, preferred === undefined ? FILE_COLUMNS : [preferred, ...FILE_COLUMNS])
  if (file === undefined) throw refused(FILE_COLUMNS)
  return { file, start: position(startColumn, ['start']) ?? -1, end: position(endColumn, ['end']) ?? -1 }
}

function clipOf({ line, fields }: Row, { file: table, delimiter }: Rows, columns: Columns): Omit<TableClip, 'labels'> {
  const file = fields[columns.file]!
  if (file === '') throw tableProblem('bad-row', 'no file is named', table, line)
  const [start, end] = [columns.start, columns.end].map(at => seconds(fields[at], delimiter))
  if (!((start ?? 0) >= 0 && (end ?? Number.POSITIVE_INFINITY) > (start ?? 0))) {
    const given = `start '${fields[columns.start] ?? ''}', end '${fields[columns.end] ?? ''}'`
    throw tableProblem('bad-row', `${given}: expected seconds, the end after the start`, table, line)
  }
  const stretch = start === undefined && end === undefined ? '' : `#${start ?? 0}-${end ?? ''}`
  return {
    ...{ id: posix.normalize(file) + stretch, file, line },
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
  }
}

/** Where semicolons stand between fields, a comma may stand before decimals. */
const seconds = (field = '', delimiter: Delimiter) =>
  field === '' ? undefined : Number(delimiter === ';' ? field.replace(',', '.') : field)

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
