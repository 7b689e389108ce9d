/** Labels from a table of one's own, for embeddings that carry none. */
import { readFileSync } from 'node:fs'
import { DelimitedError, readDelimited } from '../../data/manifests/delimited.js'
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
  const [header = [], ...records] = recordsOf(text, file)
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

function recordsOf(text: string, file: string): string[][] {
  const [firstLine = ''] = text.split(/[\r\n]/, 1)
  try {
    return readDelimited(text, firstLine.includes('\t') ? '\t' : ',').map(({ fields }) => fields)
  } catch (error) {
    if (!(error instanceof DelimitedError)) throw error
    const { line, message } = error
    throw new Problem('bad-table', `The table of labels cannot be read: ${message}.`, { place: { file, line } })
  }
}
