import { join } from 'node:path'
import { mapRows, readRows, tableProblem } from '../manifests/rows.js'
import { type Adapter, exists, missing } from './adapter.js'

/** A row by column name. */
export type Row<Column extends string> = Record<Column, string>

/**
 * Rows of a CSV table of a data set, with a header.
 *
 * @param columns that must be there; others are left out
 * @throws Problem `bad-layout` if there is no such file; `bad-table` if a column is missing; as `readRows` and `mapRows`
 */
export async function metadataTable<Column extends string>(
  adapter: Adapter,
  folder: string,
  path: string,
  columns: readonly Column[],
): Promise<Row<Column>[]> {
  if (!(await exists(folder, path))) throw missing(adapter, folder, path)
  const rows = await readRows(join(folder, path))
  const { file, line, names } = rows
  const absent = columns.find(column => !names.includes(column))
  if (absent !== undefined)
    throw tableProblem('bad-table', `it has no column '${absent}' (there are: ${names.join(', ')})`, file, line)
  const places = columns.map(column => [column, names.indexOf(column)] as const)
  return mapRows(
    rows,
    ({ fields }) => Object.fromEntries(places.map(([column, at]) => [column, fields[at]!])) as Row<Column>,
  )
}
