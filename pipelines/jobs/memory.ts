/** Amounts of memory as people write them: `4 GB`, `512 MB`. */
import { freemem } from 'node:os'
import { z } from 'zod'

const UNITS: Record<string, number> = { kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 }

/** The parsed value is in bytes. */
export const memory = z
  .unknown()
  .transform((given, context) => {
    const [, number, unit] = /^\s*(\d+(?:\.\d+)?)\s*([a-zA-Z]+)\s*$/.exec(String(given)) ?? []
    const bytes = Number(number) * (UNITS[unit ?? ''] ?? Number.NaN)
    if (Number.isFinite(bytes)) return bytes
    context.addIssue(
      `'${given}' is not an amount of memory: expected a number and one of ${Object.keys(UNITS).join(', ')}, such as 4 GB`,
    )
    return z.NEVER
  })
  .meta({ type: 'string', pattern: `^\\s*\\d+(\\.\\d+)?\\s*(${Object.keys(UNITS).join('|')})\\s*$` })

/** Bytes that a new process may take, within what the machine and its control group allow. */
export const freeMemory = (): number => process.availableMemory?.() ?? freemem()
