/** Label columns: what stands in a cell. */

/** What stands between several names in a cell, where nothing else is said. */
export const SEPARATOR = ';'

/**
 * The names in a cell of a label column: one, or several between which a separator stands, each once. Blanks around them
 * and names without a letter do not count; a cell that is not there has none.
 */
export function namesIn(cell: string | undefined, separator?: string | undefined): string[] {
  if (cell === undefined || separator === undefined) return cell === undefined ? [] : [cell]
  const names = cell.split(separator).map(name => name.trim())
  return [...new Set(names.filter(name => name !== ''))]
}

/** What looks the same is the same: without blanks around it, letters composed, and all blanks alike. */
export const plainText = (text: string) =>
  text
    .normalize('NFC')
    .replace(/[\u00a0\u2007\u202f]/g, ' ')
    .trim()
