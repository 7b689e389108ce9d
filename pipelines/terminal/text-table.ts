/** Tables for a terminal. */

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
