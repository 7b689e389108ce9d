/** The one reader of tables with a header: what a row is, and what is said about those that are none. */
import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { plainText } from '../label-cells.js'
import { firstProblems, Problem } from '../problem.js'
import { whyUnread } from '../system-problem.js'
import { decodeText } from './decode-text.js'
import { DelimitedError, type Delimiter, type Row, readDelimited } from './delimited.js'

/** Cells are trimmed, and as many as names. */
export interface Rows {
  file: string
  /** Line of the header, from 1. */
  line: number
  delimiter: Delimiter
  names: string[]
  rows: Row[]
}

/**
 * Rows of a CSV or TSV file under its header. What stands between fields is what the header has most of: commas,
 * semicolons or tabs. Rows without any text are nothing; empty cells behind the last column neither.
 *
 * @param encoding if it is neither UTF-8 nor UTF-16
 * @throws Problem `no-data`; `bad-table` for the text itself, or if two columns have one name; `no-rows`
 */
export async function readRows(file: string, encoding?: string): Promise<Rows> {
  const { delimiter, rows: all } = await readBareRows(file, encoding)
  const [header, ...rows] = all
  if (!header) throw tableProblem('no-rows', 'it is empty', file)
  const names = header.fields.map(plainText)
  const twin = names.find((name, i) => name !== '' && names.indexOf(name) < i)
  if (twin !== undefined) throw tableProblem('bad-table', `two columns are called '${twin}'`, file, header.line)
  return { file, line: header.line, delimiter, names, rows: rows.map(row => withoutPadding(row, names.length)) }
}

/** A table as text. @throws Problem `no-data`, `bad-table` if it is in another encoding */
export async function readText(file: string, encoding?: string): Promise<string> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new Problem('no-data', `${file}: ${whyUnread(error)}.`, { place: { file }, cause: error })
  })
  return withPlace(file, () => decodeText(bytes, encoding))
}

/** Rows of a table without a header, of any length. @throws Problem `no-data`, `bad-table` */
export async function readBareRows(file: string, encoding?: string): Promise<Pick<Rows, 'delimiter' | 'rows'>> {
  const text = await readText(file, encoding)
  return withPlace(file, () => {
    const delimiter = delimiterOf(text, extname(file))
    const rows = readDelimited(text, delimiter).map(({ line, fields }) => ({
      line,
      fields: fields.map(field => field.trim()),
    }))
    return { delimiter, rows: rows.filter(({ fields }) => fields.some(field => field !== '')) }
  })
}

function withPlace<T>(file: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof DelimitedError)) throw error
    throw tableProblem('bad-table', error.message, file, error.line, error.hint)
  }
}

/** Quoted text of the header does not count. */
function delimiterOf(text: string, extension: string): Delimiter {
  const [first = ''] = /[^\r\n]+/.exec(text) ?? []
  const bare = first.replace(/"[^"]*"/g, '')
  const count = (delimiter: Delimiter) => bare.split(delimiter).length
  if (extension.toLowerCase() === '.tsv' && count('\t') > 1) return '\t'
  return ([',', '\t', ';'] as const).reduce((best, one) => (count(one) > count(best) ? one : best))
}

/** Spreadsheets make all rows as long as the longest. */
function withoutPadding(row: Row, length: number): Row {
  const { line, fields } = row
  if (fields.length <= length || fields.slice(length).some(text => text !== '')) return row
  return { line, fields: fields.slice(0, length) }
}

/**
 * What `read` makes of each row.
 *
 * @param together a problem that only all rows together show
 * @throws Problems, the first few of all rows that are too short or too long or that `read` refuses with a Problem, and
 *   how many more there are
 */
export function mapRows<T>(
  { file, names, rows }: Rows,
  read: (row: Row) => T,
  together: () => Problem | undefined = () => undefined,
): T[] {
  const problems: Problem[] = []
  const made: T[] = []
  for (const row of rows)
    try {
      if (row.fields.length !== names.length) throw otherLength(row, names.length, file)
      made.push(read(row))
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      problems.push(error)
    }
  const one = together()
  if (one) problems.push(one)
  if (problems.length === 0) return made
  problems.sort((a, b) => (a.place?.line ?? 0) - (b.place?.line ?? 0))
  throw firstProblems(problems, more => `${more} more rows of ${file} are like these.`)
}

const otherLength = ({ line, fields }: Row, count: number, file: string) =>
  tableProblem(
    'bad-row',
    `${fields.length} fields where the header has ${count}`,
    file,
    line,
    fields.length > count ? 'Text that holds a delimiter stands in quotes: "dog, loud".' : undefined,
  )

/** A problem of a table, at a line of it. */
export function tableProblem(code: string, what: string, file: string, line?: number, hint?: string): Problem {
  const place = line === undefined ? { file } : { file, line }
  return new Problem(code, `${file}${line === undefined ? '' : `:${line}`}: ${what}.`, { place, hint })
}
