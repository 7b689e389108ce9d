import { readFile } from 'node:fs/promises'
import { dirname, extname, resolve } from 'node:path'
import { Problem, Problems } from '../problem.js'
import { isThere } from '../shards/tar-file.js'
import type { ClipList, ListedClip } from './clip-list.js'
import { DelimitedError, type Row, readDelimited } from './delimited.js'

export interface TableOptions {
  /** What paths in the table start from; the table's own folder if absent. */
  folder?: string | undefined
  /** Column of paths; else the first of `file`, `path`, `filename`, `fname`, `audio`, `clip`. */
  fileColumn?: string | undefined
  /** Columns of seconds; `start` and `end` if there are such columns. Empty cells mean the file's own start and end. */
  startColumn?: string | undefined
  endColumn?: string | undefined
}

const FILE_COLUMNS = ['file', 'path', 'filename', 'fname', 'audio', 'clip']

/**
 * Clips of a CSV or TSV table with a header line. Columns other than file, start and end are labels (class, group,
 * fold, ...); an empty cell is no label.
 *
 * @throws Problem `missing-column`, `no-audio`, `bad-table`; Problems, one a bad row
 */
export async function readTable(table: string, options: TableOptions = {}): Promise<ClipList> {
  const [header, ...rows] = await readRows(table)
  if (!header || rows.length === 0) throw problem('no-audio', 'it lists no recordings', table, header?.line)
  const names = header.fields.map(name => name.trim())
  const columns = findColumns(table, names, options)
  const labels = names.flatMap((name, i) => (Object.values(columns).includes(i) || name === '' ? [] : [{ name, i }]))
  const folder = options.folder ?? dirname(table)
  const problems: Problem[] = []
  const lines = new Map<string, number>()
  const clips = rows.flatMap(row => {
    try {
      const clip = clipOf(row, table, names.length, columns, folder)
      for (const { name, i } of labels) if (row.fields[i] !== '') clip.labels[name] = row.fields[i]!
      const twin = lines.get(clip.id)
      if (twin) throw problem('duplicate-clip', `'${clip.id}' stands on line ${twin} already`, table, row.line)
      lines.set(clip.id, row.line)
      return [clip]
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      problems.push(error)
      return []
    }
  })
  if (problems.length > 0) throw new Problems(problems)
  await refuseAllMissing(table, clips)
  return { clips, columns: labels.map(({ name }) => name) }
}

async function readRows(table: string): Promise<Row[]> {
  const text = await readFile(table, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw problem('no-data', `it cannot be read (${error.code})`, table)
  })
  const first = text.slice(0, text.search(/[\r\n]|$/))
  const tabs = extname(table).toLowerCase() === '.tsv' || (first.includes('\t') && !first.includes(','))
  try {
    return readDelimited(text, tabs ? '\t' : ',')
  } catch (error) {
    if (error instanceof DelimitedError) throw problem('bad-table', error.message, table, error.line)
    throw error
  }
}

interface Columns {
  file: number
  start: number
  end: number
}

function findColumns(table: string, names: readonly string[], options: TableOptions): Columns {
  const position = (name: string | undefined, otherwise: readonly string[]) => {
    const wanted = name === undefined ? otherwise : [name]
    const at = names.findIndex(column => wanted.includes(name === undefined ? column.toLowerCase() : column))
    if (at >= 0 || (name === undefined && otherwise !== FILE_COLUMNS)) return at
    throw new Problem('missing-column', `${table} has no column ${wanted.map(one => `'${one}'`).join(' or ')}.`, {
      place: { file: table, line: 1 },
      hint: `Its columns are ${names.join(', ')}.`,
    })
  }
  const twin = names.find((name, i) => name !== '' && names.indexOf(name) < i)
  if (twin) throw problem('bad-table', `two columns are called '${twin}'`, table, 1)
  return {
    file: position(options.fileColumn, FILE_COLUMNS),
    start: position(options.startColumn, ['start']),
    end: position(options.endColumn, ['end']),
  }
}

function clipOf({ line, fields }: Row, table: string, count: number, columns: Columns, folder: string): ListedClip {
  if (fields.length !== count)
    throw problem('bad-row', `${fields.length} fields where the header has ${count}`, table, line)
  const file = fields[columns.file]!
  if (file === '') throw problem('bad-row', 'no file is named', table, line)
  const [start, end] = [seconds(fields[columns.start]), seconds(fields[columns.end])]
  if (
    Number.isNaN(start) ||
    Number.isNaN(end) ||
    (start ?? 0) < 0 ||
    (end ?? Number.POSITIVE_INFINITY) <= (start ?? 0)
  ) {
    const given = `start '${fields[columns.start] ?? ''}', end '${fields[columns.end] ?? ''}'`
    throw problem('bad-row', `${given}: expected seconds, the end after the start`, table, line)
  }
  const stretch = start === undefined && end === undefined ? '' : `#${start ?? 0}-${end ?? ''}`
  return {
    id: file + stretch,
    path: resolve(folder, file),
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
    labels: {},
  }
}

const seconds = (field: string | undefined) => (field === undefined || field.trim() === '' ? undefined : Number(field))

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

function problem(code: string, what: string, file: string, line?: number): Problem {
  const place = line === undefined ? { file } : { file, line }
  return new Problem(code, `${file}${line === undefined ? '' : `:${line}`}: ${what}.`, { place })
}
