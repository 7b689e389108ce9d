/** Labels from a table of one's own, for embeddings that carry none. */
import { readFileSync } from 'node:fs'
import { Problem } from '../../data/problem.js'

export interface LabelTable {
  file: string
  /** Name of the clip in each row. */
  clips: string[]
  columns: Map<string, (string | undefined)[]>
}

/** Columns that may name the clip, the first there is. */
const CLIP_COLUMNS = ['clip', 'file', 'path', 'filename', 'file_name', 'fname', 'slice_file_name']

/**
 * Reads TSV or CSV (by the header's first line: a tab decides) with a header; an empty cell is no value.
 *
 * @throws Problem if it cannot be read, or no column names the clips
 */
export function readLabelTable(file: string): LabelTable {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw new Problem('no-labels', `The table of labels cannot be read: ${(cause as Error).message}`, {
      place: { file },
      cause,
    })
  }
  const records = parseTable(text.replace(/^\uFEFF/, ''))
  const header = records.shift() ?? []
  const key = CLIP_COLUMNS.find(name => header.includes(name))
  if (key === undefined)
    throw new Problem(
      'no-column',
      `No column of the table names the clips. Its columns: ${header.join(', ') || 'none'}.`,
      {
        place: { file, line: 1 },
        hint: `Call it one of: ${CLIP_COLUMNS.join(', ')}.`,
      },
    )
  const column = (name: string) => records.map(record => record[header.indexOf(name)] || undefined)
  return {
    file,
    clips: column(key).map(clip => clip ?? ''),
    columns: new Map(header.filter(name => name !== key).map(name => [name, column(name)])),
  }
}

/** Records of cells. In CSV a quoted cell may hold commas, line ends and doubled quotes. */
function parseTable(text: string): string[][] {
  const lineEnd = text.search(/\r?\n/)
  if (text.slice(0, lineEnd < 0 ? undefined : lineEnd).includes('\t'))
    return text
      .split(/\r?\n/)
      .filter(line => line !== '')
      .map(line => line.split('\t'))
  const records: string[][] = []
  let record: string[] = []
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r?\n|$)/g)) {
    record.push(quoted === undefined ? plain! : quoted.replaceAll('""', '"'))
    if (end === ',') continue
    if (record.length > 1 || record[0] !== '') records.push(record)
    record = []
  }
  return records
}
