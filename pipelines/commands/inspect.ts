/** `earshot inspect`: what an embeddings file holds, and whether it keeps the contract. */
import { basename, dirname, join } from 'node:path'
import type { Command } from 'commander'
import { Problem } from '../../data/problem.js'

interface Flags {
  output?: string
  near: string
  label?: string
  points: string
  sounds: string
  map: boolean
  json?: boolean
}

const EXAMPLES = `
Examples:
  ./earshot inspect embeddings.arrow                      figures, and a page whose map can be listened to
  ./earshot inspect embeddings.arrow --no-map --json      for tools; ends with 1 if the file breaks the contract
`

export default function register(program: Command): void {
  program
    .command('inspect')
    .description('say what an embeddings file holds: contract, norms, dead dimensions, rank, near-duplicates, map')
    .argument('<file>', 'Arrow file by `earshot embed`, or any with columns clip and embedding')
    .option(
      '-o, --output <folder>',
      'folder for the page and the picture; NAME.inspection beside the file if not given',
    )
    .option('--near <cosine>', 'from which two rows count as near-duplicates', '0.999')
    .option('--label <column>', 'colours the map; a column with few values if not given')
    .option('--points <count>', 'points of the map at most', '2000')
    .option('--sounds <count>', 'clips of the map that can be heard at most', '100')
    .option('--no-map', 'figures alone')
    .option('--json', 'the figures as JSON')
    .addHelpText('after', EXAMPLES)
    .action(inspect)
}

async function inspect(file: string, flags: Flags): Promise<void> {
  const threshold = numberOf('--near', flags.near, value => value > 0 && value <= 1, 'a cosine above 0 up to 1')
  const [points, sounds] = (['points', 'sounds'] as const).map(name =>
    numberOf(`--${name}`, flags[name], value => Number.isInteger(value) && value >= 0, 'a whole number from 0'),
  ) as [number, number]
  const { inspectFile } = await import('../embeddings/inspection/inspect-file.js')
  const { inspectionText } = await import('../embeddings/inspection/text.js')
  const found = await inspectFile(file, threshold)
  process.stdout.write(flags.json ? `${JSON.stringify(found, null, 1)}\n` : inspectionText(found))
  if (found.breaches.length > 0) process.exitCode = 1
  if (!flags.map || found.rows === 0) return
  const folder = flags.output ?? join(dirname(file), `${basename(file, '.arrow')}.inspection`)
  const { writeInspection } = await import('../embeddings/inspection/write-inspection.js')
  await writeInspection(folder, found, { label: flags.label, points, sounds })
  const drawn = found.clips > points ? `, of ${points} of ${found.clips} clips` : ''
  if (!flags.json)
    process.stdout.write(`Next:\n  open ${join(folder, 'index.html')} (map.png is its map as a picture${drawn})\n`)
}

function numberOf(option: string, text: string, fits: (value: number) => boolean, expected: string): number {
  const value = Number(text)
  if (text.trim() !== '' && fits(value)) return value
  throw new Problem('bad-option', `${option} takes ${expected}, not '${text}'.`)
}
