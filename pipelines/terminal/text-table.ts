/** Tables in plain text. */

interface Layout {
  /** A line of dashes below the first row. */
  ruled?: boolean
  /** Columns that are flush right. */
  right?: readonly number[]
  /** Letters beyond which no column is widened; a longer cell stands out of it. */
  widest?: number
}

/** Lines of rows with as many cells each: columns as wide as their longest cell, two spaces apart. */
export function textTable(
  rows: readonly (readonly string[])[],
  { ruled = false, right = [], widest = Number.POSITIVE_INFINITY }: Layout = {},
): string[] {
  const [head = [], ...body] = rows
  const widths = head.map((_, column) =>
    Math.min(
      widest,
      rows.reduce((most, cells) => Math.max(most, cells[column]!.length), 0),
    ),
  )
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (right.includes(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd()
  const rule = ruled ? [line(widths.map(width => '-'.repeat(width)))] : []
  return [line(head), ...rule, ...body.map(line)]
}

/** The same in Markdown, which reads as well on a terminal; the first row is the head. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const safe = rows.map(cells => cells.map(cell => cell.replaceAll('|', '\\|')))
  const widths = safe[0]!.map((_, column) => safe.reduce((most, cells) => Math.max(most, cells[column]!.length), 3))
  const line = (cells: readonly string[]) => `| ${cells.map((cell, at) => cell.padEnd(widths[at]!)).join(' | ')} |`
  return [line(safe[0]!), `|${widths.map(width => '-'.repeat(width + 2)).join('|')}|`, ...safe.slice(1).map(line)].join(
    '\n',
  )
}
