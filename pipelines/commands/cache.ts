/** `earshot cache`: what is kept on disk, and how to be rid of it. */
import type { Command } from 'commander'
import { z } from 'zod'
import { cacheFolder } from '../../data/cache-folder.js'
import { cacheSummary, pruneCache } from '../../data/cached-files.js'
import { Problem } from '../../data/problem.js'
import { option } from '../configuration/options.js'
import { verb } from './verb.js'

const EXAMPLES = `
Examples:
  ./earshot cache                          sizes, by sub-folder
  ./earshot cache prune --older-than 30d   removes features not used for 30 days
  ./earshot cache prune --keep 5GB         removes the longest unused until 5 GB stay
  EARSHOT_CACHE=/scratch/me ./earshot train configs/quickstart.yaml    keeps it elsewhere
  EARSHOT_CACHE_LIMIT=20GB ./earshot train configs/quickstart.yaml     stops before features take more
`

const HOUR = 3_600_000
const AGES: Record<string, number> = { min: HOUR / 60, h: HOUR, d: 24 * HOUR, w: 168 * HOUR }
const SIZES: Record<string, number> = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 }

/** A number and one of the units, to milliseconds or bytes. */
function measure(units: Record<string, number>, examples: string) {
  return z.string().transform((text, context) => {
    const [, number, unit = ''] = /^([\d.]+)\s*([a-zA-Z]+)$/.exec(text) ?? []
    const name = Object.keys(units).find(one => one.toLowerCase() === unit.toLowerCase())
    const value = name === undefined ? Number.NaN : Number(number) * units[name]!
    if (Number.isFinite(value)) return value
    context.addIssue(`expected ${examples}, not '${text}'`)
    return z.NEVER
  })
}

const prune = verb({
  name: 'prune',
  summary: 'remove cached features; they are made again when needed. The engine stays',
  takes: z.strictObject({
    olderThan: option('age', 'not used for so long: 12h, 30d, 8w', measure(AGES, '12h, 30d or 8w').optional()),
    keep: option(
      'size',
      'the longest unused, until this much stays: 500MB, 5GB',
      measure(SIZES, '500MB or 5GB').optional(),
    ),
    all: z.boolean().optional().describe('every feature'),
  }),
  run: async ({ olderThan, keep, all }) => {
    if (olderThan === undefined && keep === undefined && !all) {
      throw new Problem('bad-option', 'Nothing says what to prune.', {
        hint: 'Give --older-than 30d, --keep 5GB or --all.',
      })
    }
    const { files, bytes } = await pruneCache({ olderThan, keep, all })
    process.stdout.write(`removed ${files} files, ${describeBytes(bytes)}\n`)
  },
})

export default function register(program: Command): void {
  prune(
    verb({
      name: 'cache',
      summary: 'show or prune what is kept on disk: log-mel features and the engine',
      takes: z.strictObject({}),
      help: EXAMPLES,
      run: show,
    })(program),
  )
}

async function show(): Promise<void> {
  const shares = await cacheSummary()
  process.stdout.write(`${cacheFolder()}\n`)
  for (const { name, files, bytes } of shares)
    process.stdout.write(`  ${name.padEnd(12)}${describeBytes(bytes).padStart(10)}  ${files} files\n`)
  if (shares.length === 0) process.stdout.write('  empty\n')
}

/** `1.4 GB`: three figures at most, powers of 1000. */
export function describeBytes(bytes: number): string {
  const [unit, size] = Object.entries(SIZES).findLast(([, size]) => bytes >= size) ?? ['B', 1]
  const value = bytes / size
  return `${unit === 'B' ? value : value.toFixed(value < 10 ? 1 : 0)} ${unit}`
}
