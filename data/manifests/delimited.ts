/** A row of a CSV or TSV file. */
export interface Row {
  /** Line on which it begins, from 1. */
  line: number
  fields: string[]
}

/** What is wrong with the text itself. */
export class DelimitedError extends Error {
  constructor(
    readonly line: number,
    message: string,
  ) {
    super(message)
  }
}

/**
 * Splits CSV (RFC 4180: quoted fields may hold delimiters, line ends and doubled quotes) or TSV. Lines end in LF, CRLF
 * or CR; empty lines are left out; a byte order mark is skipped.
 *
 * @throws DelimitedError if a quoted field does not end, or goes on after its closing quote
 */
export function readDelimited(text: string, delimiter: ',' | '\t'): Row[] {
  const rows: Row[] = []
  let fields: string[] = []
  let [line, begun] = [1, 1]
  let at = text.startsWith('\ufeff') ? 1 : 0
  const endOfRow = () => {
    if (fields.length > 1 || fields[0] !== '') rows.push({ line: begun, fields })
    fields = []
    begun = line
  }
  const plain = delimiter === ',' ? /[,\r\n]/g : /[\t\r\n]/g
  while (at < text.length) {
    if (text[at] === '"') {
      const [field, end] = quoted(text, at, line)
      fields.push(field)
      line += field.split(/\r\n|\r|\n/).length - 1
      at = end
    } else {
      plain.lastIndex = at
      const end = plain.exec(text)?.index ?? text.length
      fields.push(text.slice(at, end))
      at = end
    }
    const next = text[at]
    if (next === delimiter) {
      at++
      if (at === text.length) fields.push('')
      else if (text[at] === '\r' || text[at] === '\n') fields.push('')
      else continue
    }
    if (at < text.length && text[at] !== '\r' && text[at] !== '\n')
      throw new DelimitedError(line, 'text after the closing quote of a field')
    at += text.startsWith('\r\n', at) ? 2 : 1
    line++
    endOfRow()
  }
  return rows
}

/** The field whose opening quote is at `at`, and where it ends. */
function quoted(text: string, at: number, line: number): [field: string, end: number] {
  let field = ''
  for (let from = at + 1; ; ) {
    const quote = text.indexOf('"', from)
    if (quote < 0) throw new DelimitedError(line, 'a quoted field without a closing quote')
    field += text.slice(from, quote)
    if (text[quote + 1] !== '"') return [field, quote + 1]
    field += '"'
    from = quote + 2
  }
}

/**
 * What readDelimited reads again: a row a line, each ended by LF; a field is quoted where it has to be, and one without a
 * value is empty.
 */
export function writeDelimited(
  rows: readonly (readonly (string | number | null | undefined)[])[],
  delimiter: ',' | '\t',
): string {
  const special = delimiter === ',' ? /[",\r\n]/ : /["\t\r\n]/
  const written = (value: string | number | null | undefined) => {
    const text = String(value ?? '')
    return special.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }
  return rows.map(row => `${row.map(written).join(delimiter)}\n`).join('')
}
