/** A row of a CSV or TSV file. */
export interface Row {
  /** Line on which it begins, from 1. */
  line: number
  fields: string[]
}

/** What is wrong with the text itself; the line from 1. */
export class DelimitedError extends Error {
  constructor(
    readonly line: number,
    message: string,
    /** What to do. */
    readonly hint?: string,
  ) {
    super(message)
  }
}

/** What may stand between the fields of a row. */
export type Delimiter = ',' | '\t' | ';'

/**
 * Splits CSV (RFC 4180: quoted fields may hold delimiters, line ends and doubled quotes) or TSV. Blanks around quotes
 * are left out. Lines end in LF, CRLF or CR; empty lines are left out; a byte order mark is skipped.
 *
 * @throws DelimitedError at the line of the opening quote if a quoted field does not end, or goes on after its closing
 *   quote
 */
export function readDelimited(text: string, delimiter: Delimiter): Row[] {
  const rows: Row[] = []
  let fields: string[] = []
  let [line, begun] = [1, 1]
  let at = text.startsWith('\ufeff') ? 1 : 0
  const plain = new RegExp(`[${delimiter}\\r\\n]`, 'g')
  const isEnd = () => at === text.length || text[at] === '\r' || text[at] === '\n'
  while (at < text.length) {
    const opening = openingQuote(text, at)
    if (opening !== undefined) {
      const opened = line
      const [field, end] = quoted(text, opening, opened)
      fields.push(field)
      line += field.split(/\r\n|\r|\n/).length - 1
      at = afterBlanks(text, end)
      if (!isEnd() && text[at] !== delimiter) throw continued(opened, line)
    } else {
      plain.lastIndex = at
      const end = plain.exec(text)?.index ?? text.length
      fields.push(text.slice(at, end))
      at = end
    }
    if (text[at] === delimiter) {
      at++
      if (!isEnd()) continue
      fields.push('')
    }
    if (fields.length > 1 || fields[0] !== '') rows.push({ line: begun, fields })
    at += text.startsWith('\r\n', at) ? 2 : 1
    line++
    fields = []
    begun = line
  }
  return rows
}

function openingQuote(text: string, from: number): number | undefined {
  const at = text[from] === ' ' ? afterBlanks(text, from) : from
  return text[at] === '"' ? at : undefined
}

function afterBlanks(text: string, from: number): number {
  let at = from
  while (text[at] === ' ') at++
  return at
}

/** The field whose opening quote is at `at`, and where it ends. */
function quoted(text: string, at: number, line: number): [field: string, end: number] {
  let field = ''
  for (let from = at + 1; ; ) {
    const quote = text.indexOf('"', from)
    if (quote < 0) throw new DelimitedError(line, 'a quote opens a field here, and no closing quote follows')
    field += text.slice(from, quote)
    if (text[quote + 1] !== '"') return [field, quote + 1]
    field += '"'
    from = quote + 2
  }
}

function continued(opened: number, closed: number): DelimitedError {
  const end = closed === opened ? 'the closing quote' : `the next quote, on line ${closed}, which closes it`
  return new DelimitedError(opened, `a quote opens a field here, and text stands behind ${end}`)
}

/**
 * What readDelimited reads again: a row a line, each ended by LF; a field is quoted where it has to be, and one without a
 * value is empty.
 */
export function writeDelimited(
  rows: readonly (readonly (string | number | null | undefined)[])[],
  delimiter: Delimiter,
): string {
  const special = new RegExp(`[${delimiter}"\\r\\n]|^ | $`)
  const written = (value: string | number | null | undefined) => {
    const text = String(value ?? '')
    return special.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }
  return rows.map(row => `${row.map(written).join(delimiter)}\n`).join('')
}

/** What a table says of a clip. */
interface TableClip {
  path: string
  start?: number | undefined
  end?: number | undefined
  labels: Readonly<Record<string, string | undefined>>
}

/**
 * A table that a data set names, tab-separated: file, start, end and the label columns; what a clip does not have is
 * empty.
 */
export function clipsTable(clips: readonly TableClip[], columns: readonly string[]): string {
  const header = ['file', 'start', 'end', ...columns]
  const rows = clips.map(({ path, start, end, labels }) => [path, start, end, ...columns.map(name => labels[name])])
  return writeDelimited([header, ...rows], '\t')
}
