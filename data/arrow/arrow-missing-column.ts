/** A column that was asked for and is not there. */

import { nearestName } from '../nearest-name.js'
import { Problem } from '../problem.js'

/** Names the nearest column there is, and all of them. */
export function missingColumn(name: string, columns: readonly string[], file: string): Problem {
  const near = nearestName(name, columns)
  return new Problem('no-column', `There is no column '${name}'.${near ? ` Did you mean '${near}'?` : ''}`, {
    place: { file },
    hint: `Columns: ${columns.join(', ') || 'none'}.`,
  })
}
