/** Guesses which known name somebody meant. */

const LONGEST = 64

/** The known name closest to what was written, if any is close; `undefined` otherwise. */
export function nearestName(written: string, known: Iterable<string>): string | undefined {
  if (written.length > LONGEST) return undefined
  const near = [...known]
    .filter(name => name !== written)
    .map(name => ({ name, distance: distance(plain(written), plain(name)) }))
    .filter(({ name, distance }) => distance <= Math.max(1, Math.floor(Math.max(written.length, name.length) / 3)))
    .sort((one, other) => one.distance - other.distance)
  return near[0]?.name ?? sharingWord(written, known)
}

/** `Did you mean 'x'?`, or which names there are if none is close and they are few. */
export function suggestion(written: string, known: Iterable<string>, few = 12): string {
  const names = [...known]
  const near = nearestName(written, names)
  if (near !== undefined) return `Did you mean '${near}'?`
  if (names.length === 0 || names.length > few) return ''
  return `There ${names.length === 1 ? 'is' : 'are'}: ${names.join(', ')}.`
}

const plain = (name: string) => name.toLowerCase().replace(/[_\s]/g, '-')

/** `batch-size` for `size`: a name with a whole word in common. */
function sharingWord(written: string, known: Iterable<string>): string | undefined {
  const words = new Set(plain(written).split('-'))
  return [...known].find(
    name =>
      name !== written &&
      plain(name)
        .split('-')
        .some(word => word.length > 2 && words.has(word)),
  )
}

/** Edits (insert, delete, replace, swap of neighbours) between two short words. */
function distance(one: string, other: string): number {
  const rows: number[][] = [Array.from({ length: other.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= one.length; i++) {
    const row = [i]
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1]
      row[j] = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, rows[i - 1]![j - 1]! + (same ? 0 : 1))
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) {
        row[j] = Math.min(row[j]!, rows[i - 2]![j - 2]! + 1)
      }
    }
    rows.push(row)
  }
  return rows[one.length]![other.length]!
}
