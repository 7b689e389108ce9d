/** Which columns of a table say what stretch of a recording a row means, by the names that tools and people give them. */

/** Where a number stands in a row, and what it is times `unit`: seconds or hertz; of `samples`, the rate is missing. */
export interface Measure {
  at: number
  unit: number | 'samples'
}

export interface StretchColumns {
  start?: Measure
  end?: Measure
  /** Where there is no end. */
  duration?: Measure
  /** Start in the file that a row names, where start and end are counted over several files in a row (Raven). */
  inFile?: Measure
  /** Edges of the frequency band. */
  low?: Measure
  high?: Measure
}

const UNITS: Readonly<Record<string, Measure['unit']>> = {
  ...{ s: 1, sec: 1, secs: 1, second: 1, seconds: 1, ms: 1e-3, msec: 1e-3, milliseconds: 1e-3 },
  ...{ sample: 'samples', samples: 'samples', hz: 1, khz: 1000 },
}

const timesOf = (word: string) => [word, `${word} time`, `time ${word}`, `t ${word}`]
const ROLES: readonly [keyof StretchColumns, readonly string[]][] = [
  ['start', [...['start', 'begin', 'beg', 'onset'].flatMap(timesOf), 'tmin', 'min t', 't min', 'xmin']],
  ['end', [...['end', 'stop', 'offset'].flatMap(timesOf), 'tmax', 'max t', 't max', 'xmax']],
  ['duration', ['duration', 'delta time']],
  ['inFile', ['file offset', 'beg file samp', 'begin file samp']],
  ['low', bandEdges('low', 'lower', 'min', 'bottom')],
  ['high', bandEdges('high', 'upper', 'max', 'top')],
]

function bandEdges(...words: readonly string[]): string[] {
  return words.flatMap(word => [`${word} freq`, `${word} frequency`, `freq ${word}`, `${word} f`, `f ${word}`])
}

/**
 * Columns by role: seconds before milliseconds before samples, the first of those that are alike. `start` and `end`,
 * named just so, come before all others. A table without a column of starts has stretches only if it has an `end`.
 * `offset` is where a stretch begins if there is no such column, but one of durations (Kaleidoscope).
 */
export function stretchColumns(names: readonly string[]): StretchColumns {
  const found: StretchColumns = {}
  const ranks: Partial<Record<keyof StretchColumns, number>> = {}
  for (const [at, name] of names.entries()) {
    const { words, unit } = meaningOf(name)
    const role = ROLES.find(([, those]) => those.includes(words))?.[0]
    if (role === undefined) continue
    const rank = name.toLowerCase() === role ? 0 : unit === 'samples' ? 3 : unit < 1 ? 2 : 1
    if (rank >= (ranks[role] ?? Number.POSITIVE_INFINITY)) continue
    ranks[role] = rank
    found[role] = { at, unit }
  }
  const { start, end, duration, inFile, ...band } = found
  if (start) return { start, ...(end ? { end } : duration && { duration }), ...(inFile && { inFile }), ...band }
  if (end && duration && ranks.end !== 0) return { start: end, duration, ...band }
  return end && ranks.end === 0 ? { end, ...band } : {}
}

/** `Begin Time (s)`: `begin time`, in seconds. */
function meaningOf(name: string): { words: string; unit: Measure['unit'] } {
  const words = name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter(word => word !== '')
  const unit = words.length > 1 ? UNITS[words.at(-1)!] : undefined
  return { words: (unit === undefined ? words : words.slice(0, -1)).join(' '), unit: unit ?? 1 }
}

/**
 * A number, or hours, minutes and seconds: `1:02:03.5` is 3723.5.
 *
 * @param comma whether a comma may stand before decimals
 * @returns undefined for an empty cell, NaN for what is none
 */
export function numberIn(cell: string | undefined, comma: boolean): number | undefined {
  if (cell === undefined || cell === '') return undefined
  const text = comma ? cell.replace(',', '.') : cell
  const [clock, hours = '0', minutes, seconds] = /^(?:(\d+):)?(\d{1,2}):(\d{1,2}(?:\.\d+)?)$/.exec(text) ?? []
  return clock === undefined ? Number(text) : 3600 * Number(hours) + 60 * Number(minutes) + Number(seconds)
}
