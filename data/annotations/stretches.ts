import { namesIn, SEPARATOR } from '../label-cells.js'

interface Stretch {
  id: string
  start?: number
  end?: number
  labels: Record<string, string>
}

/**
 * Rows that name the same stretch as one: what differs in a column stands there together, `robin;wren`; of a frequency
 * band the outermost edges. Points in time have no sound, and are left out.
 *
 * @param table for the sentences on what was done
 */
export function joinStretches<T extends Stretch>(rows: readonly T[], table: string): { clips: T[]; notes: string[] } {
  const known = new Map<string, T>()
  let [points, joined, again] = [0, 0, 0]
  for (const row of rows) {
    const first = known.get(row.id)
    if (row.end !== undefined && row.end === (row.start ?? 0)) points++
    else if (!first) known.set(row.id, row)
    else if (sameLabels(first.labels, row.labels)) again++
    else {
      first.labels = joinedLabels(first.labels, row.labels)
      joined++
    }
  }
  const notes = [
    ...(points > 0 ? [`${table}: ${rowsSay(points, 'marks', 'mark')} a point in time, without sound: left out.`] : []),
    ...(again > 0 ? [`${table}: ${rowsSay(again, 'says', 'say')} again what another row says: left out.`] : []),
    ...(joined > 0
      ? [`${table}: ${rowsSay(joined, 'names', 'name')} a stretch again, with other labels: joined.`]
      : []),
  ]
  return { clips: [...known.values()], notes }
}

const rowsSay = (count: number, one: string, many: string) => (count === 1 ? `1 row ${one}` : `${count} rows ${many}`)

function sameLabels(a: Record<string, string>, b: Record<string, string>): boolean {
  const columns = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...columns].every(column => a[column] === b[column])
}

/** Both, column by column. */
export function joinedLabels(a: Record<string, string>, b: Record<string, string>): Record<string, string> {
  const both = { ...b, ...a }
  for (const column of Object.keys(b)) {
    const [one, other] = [a[column], b[column]]
    if (one === undefined || other === undefined || one === other) continue
    if (column === 'low_hz') both[column] = String(Math.min(Number(one), Number(other)))
    else if (column === 'high_hz') both[column] = String(Math.max(Number(one), Number(other)))
    else both[column] = namesIn(`${one}${SEPARATOR}${other}`, SEPARATOR).join(SEPARATOR)
  }
  return both
}
