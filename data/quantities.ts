/** Parameters with units, as people write them: `25 ms`, `7.8 kHz`, `[0, 0.05]`. */
import { z } from 'zod'

const DURATIONS: Record<string, number> = { us: 1e-6, ms: 1e-3, s: 1, min: 60, h: 3600 }
const FREQUENCIES: Record<string, number> = { Hz: 1, kHz: 1e3 }
const MEMORIES: Record<string, number> = { kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 }

/** What a quantity looks like as text, by the unit that a number alone is in. */
export const quantityPattern = (base: string): string => {
  const units = [DURATIONS, FREQUENCIES].find(units => base in units) ?? { [base]: 1 }
  return `^\\s*[-+]?[\\d.]+(e[-+]?\\d+)?\\s*(${Object.keys(units).join('|')})\\s*$|\\$\\{`
}

interface Limits {
  min: number
  max: number
}

/** A time; a number alone is in seconds. The parsed value is in seconds. */
export const duration = (limits: Limits) => quantity('duration', 's', DURATIONS, limits)

/** A frequency; a number alone is in hertz. The parsed value is in hertz. */
export const frequency = (limits: Limits) => quantity('frequency', 'Hz', FREQUENCIES, limits)

/** An amount of memory, never without its unit. The parsed value is in bytes. */
export const memory = z
  .unknown()
  .transform((given, context) => {
    const bytes = measure(String(given), MEMORIES)
    if (bytes !== undefined) return bytes
    const units = Object.keys(MEMORIES).join(', ')
    context.addIssue(`'${given}' is not an amount of memory: expected a number and one of ${units}, such as 4 GB`)
    return z.NEVER
  })
  .meta({ type: 'string', pattern: `^\\s*\\d+(\\.\\d+)?\\s*(${Object.keys(MEMORIES).join('|')})\\s*$` })

function quantity(what: string, base: string, units: Record<string, number>, { min, max }: Limits) {
  const names = Object.keys(units).join(', ')
  return z
    .union([z.number(), z.string()], { error: `expected a ${what} such as ${example(units, min, max)}` })
    .transform((given, context) => {
      const value = typeof given === 'number' ? given : measure(given, units)
      if (value === undefined) context.addIssue(`'${given}' is not a ${what}: expected a number and one of ${names}`)
      else if (value < min || value > max) {
        const plain = typeof given === 'number' ? ` (a number alone is in ${base})` : ''
        context.addIssue(`'${given}' is out of range: expected ${min} ${base} to ${max} ${base}${plain}`)
      } else return value
      return z.NEVER
    })
    .meta({ unit: base })
}

function measure(text: string, units: Record<string, number>): number | undefined {
  const [, number, unit] = /^\s*([-+]?[\d.]+(?:e[-+]?\d+)?)\s*([a-zA-Z]+)\s*$/.exec(text) ?? []
  const factor = unit === undefined || !Object.hasOwn(units, unit) ? undefined : units[unit]
  const value = Number(number) * (factor ?? Number.NaN)
  return Number.isFinite(value) ? value : undefined
}

function example(units: Record<string, number>, min: number, max: number): string {
  const fits = Object.entries(units).find(([, factor]) => 25 * factor >= min && 25 * factor <= max)
  return fits ? `25 ${fits[0]}` : `${max} ${Object.keys(units)[0]}`
}

/** The ends of a draw, `[low, high]`, low first. */
export const ends = <End extends z.ZodType<number>>(end: End) =>
  z.tuple([end, end]).refine(([low, high]) => low! <= high!, 'the lower end comes first')

/** Of a uniform draw of numbers. */
export const range = ({ min, max }: Limits) => ends(z.number().min(min).max(max))
