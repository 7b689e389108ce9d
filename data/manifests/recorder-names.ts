/** What recorders write into the names of their files: when a recording began, and where. */

export interface Recorded {
  /** `2024-05-01`, as the recorder's clock had it. */
  date: string
  /** `06:30:00`. */
  time: string
  /** Name of the recorder or of its site, in front of the date. */
  prefix?: string
}

const DAY = '(20\\d{2})[-_]?([01]\\d)[-_]?([0-3]\\d)'
const CLOCK = '([0-2]\\d)[-_:]?([0-5]\\d)[-_:]?([0-5]\\d)'
/** AudioMoth (20240501_063000), Song Meter (SITE_20240501_063000), BAR-LT (20240501T063000+1000_REC), ISO 8601. */
const USUAL = new RegExp(`^(?:(.*?)[-_ ])?${DAY}[-_T ]${CLOCK}(?![\\d])`)
/** SoundTrap: serial number, then 240501063000. */
const SOUND_TRAP = /^(\d{3,})\.(\d{2})([01]\d)([0-3]\d)([0-2]\d)([0-5]\d)([0-5]\d)$/
/** Early AudioMoth: seconds since 1970, as eight hexadecimal digits. */
const HEXADECIMAL = /^[4-7][0-9A-F]{7}$/

/** @param name of a file, with or without its folders and ending @returns undefined where no recorder writes so */
export function recordedAt(name: string): Recorded | undefined {
  const stem = name
    .split('/')
    .at(-1)!
    .replace(/\.[a-z0-9]{2,5}$/i, '')
  if (HEXADECIMAL.test(stem)) {
    const [date = '', time = ''] = new Date(1000 * Number.parseInt(stem, 16)).toISOString().split(/[T.]/)
    return { date, time }
  }
  const [, serial, short, ...digits] = SOUND_TRAP.exec(stem) ?? []
  const [, prefix, ...usual] = USUAL.exec(stem) ?? []
  const [year, month, day, hour, minute, second] = serial ? [`20${short}`, ...digits] : usual
  if (year === undefined || !(Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(hour) < 24))
    return undefined
  const place = serial ?? prefix
  return { date: `${year}-${month}-${day}`, time: `${hour}:${minute}:${second}`, ...(place && { prefix: place }) }
}

/**
 * Columns `site`, `date` and `time` of recordings whose names are all written by recorders. The site is the folder below
 * the one that is read, else what stands before the date; there is none where all are alike.
 *
 * @param names with `/` between folders
 */
export function recordedColumns(
  names: readonly string[],
): { columns: string[]; labels: Record<string, string>[] } | undefined {
  const recorded = names.map(recordedAt)
  if (!recorded.every(one => one !== undefined)) return undefined
  const tops = names.map(name => (name.includes('/') ? name.split('/')[0]! : undefined))
  const several = (sites: readonly (string | undefined)[]) => new Set(sites).size > 1
  const prefixes = recorded.map(({ prefix }) => prefix)
  const sites = several(tops) ? tops : several(prefixes) ? prefixes : undefined
  const labels = recorded.map(({ date, time }, at) => ({ ...(sites?.[at] && { site: sites[at] }), date, time }))
  return { columns: [...(sites ? ['site'] : []), 'date', 'time'], labels }
}
