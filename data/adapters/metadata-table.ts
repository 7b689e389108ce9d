import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DelimitedError, readDelimited } from '../manifests/delimited.js'
import { Problem } from '../problem.js'
import { type Adapter, exists, missing } from './adapter.js'

/** A row by column name. */
export type Row<Column extends string> = Record<Column, string>

/**
 * Rows of a CSV table of a data set, with a header.
 *
 * @param columns that must be there; others are left out
 * @throws Problem `bad-layout` if there is no such file; `bad-table` if a column is missing or a row is short
 */
export async function metadataTable<Column extends string>(
  adapter: Adapter,
  folder: string,
  path: string,
  columns: readonly Column[],
): Promise<Row<Column>[]> {
  if (!(await exists(folder, path))) throw missing(adapter, folder, path)
  const file = join(folder, path)
  const [header, ...rows] = parse(file, await readFile(file, 'utf8'))
  const names = header?.fields.map(name => name.trim()) ?? []
  const absent = columns.find(column => !names.includes(column))
  if (absent !== undefined) throw bad(file, 1, `it has no column '${absent}' (there are: ${names.join(', ')})`)
  return rows.map(({ line, fields }) => {
    if (fields.length < names.length)
      throw bad(file, line, `${fields.length} fields where the header has ${names.length}`)
    return Object.fromEntries(columns.map(column => [column, fields[names.indexOf(column)]!])) as Row<Column>
  })
}

function parse(file: string, text: string) {
  try {
    return readDelimited(text, ',')
  } catch (error) {
    if (error instanceof DelimitedError) throw bad(file, error.line, error.message)
    throw error
  }
}

const bad = (file: string, line: number, what: string) =>
  new Problem('bad-table', `${file}:${line}: ${what}.`, { place: { file, line } })
