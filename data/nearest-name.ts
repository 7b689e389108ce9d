/** Guesses which known name somebody meant. */
import { distance } from 'fastest-levenshtein'
import { Problem } from './problem.js'

const LONGEST = 64

/** The known name closest to what was written, if any is close; `undefined` otherwise. */
export function nearestName(written: string, known: Iterable<string>): string | undefined {
  if (written.length > LONGEST) return undefined
  const names = [...known]
  const near = names
    .filter(name => name !== written)
    .map(name => ({ name, distance: slips(plain(written), plain(name)) }))
    .filter(({ name, distance }) => distance <= Math.max(1, Math.floor(Math.max(written.length, name.length) / 3)))
    .sort((one, other) => one.distance - other.distance)
  return near[0]?.name ?? sharingWord(written, names)
}

/** `Did you mean 'x'?`, or which names there are if none is close and they are few. */
export function suggestion(written: string, known: Iterable<string>, few = 12): string {
  const names = [...known]
  const near = nearestName(written, names)
  if (near !== undefined) return `Did you mean '${near}'?`
  if (names.length === 0 || names.length > few) return ''
  return `There ${names.length === 1 ? 'is' : 'are'}: ${names.join(', ')}.`
}

/** Of a column that was asked for and is not there: names the nearest, and all of them. */
export function missingColumn(name: string, columns: readonly string[], file: string): Problem {
  const near = nearestName(name, columns)
  return new Problem('no-column', `There is no column '${name}'.${near ? ` Did you mean '${near}'?` : ''}`, {
    place: { file },
    hint: `Columns: ${columns.join(', ') || 'none'}.`,
  })
}

const plain = (name: string) => name.toLowerCase().replace(/[_\s]/g, '-')

/** `batch-size` for `size`: a name with a whole word in common. */
function sharingWord(written: string, known: readonly string[]): string | undefined {
  const words = new Set(plain(written).split('-'))
  return known.find(
    name =>
      name !== written &&
      plain(name)
        .split('-')
        .some(word => word.length > 2 && words.has(word)),
  )
}

/** Letters put in, left out or exchanged between two short words; two that have changed places count once. */
function slips(one: string, other: string): number {
  const at = [...one].findIndex((letter, place) => letter !== other[place])
  const swapped = one.slice(0, at) + other.slice(at, at + 2) + one.slice(at + 2)
  const neighbours = one[at] === other[at + 1] && one[at + 1] === other[at] && swapped === other
  return neighbours ? 1 : distance(one, other)
}
