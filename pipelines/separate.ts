/** `earshot separate`: what a trained separator makes of recordings. */
import type { Command } from 'commander'
import { Problem } from '../data/problem.js'
import { duration } from '../stages/quantities.js'
import { USUAL } from '../stages/separation/windows.js'
import { stopOnInterrupt } from './interrupt.js'
import type { Separated } from './separation/separate-recordings.js'

interface Flags {
  output: string
  processors?: string
  window: string
  overlap: string
  count?: string
}

const EXAMPLES = `
Writes a folder a recording with mixture.wav and 1.wav, 2.wav, ... (they add up to it), and index.html with spectrograms
and players. Run it again to go on after a stop: what is whole stays.

Examples:
  ./earshot separate runs/mixit-pool16k my-sounds/ -o separated
  ./earshot separate runs/mixit-pool16k scenes/drums-mixtures/manifest.tsv -o separated --count 5
  ./earshot separate runs/mixit-pool16k night.flac -o night --processors runs/mixit-pool16k@250,runs/mixit-pool16k@0
`

export default function register(program: Command): void {
  program
    .command('separate')
    .description(
      'write the channels of recordings, separated by a trained separator, and a page to look at and listen to',
    )
    .argument('<run>', 'run folder of a separator (its newest checkpoint), RUN@step, or a checkpoint')
    .argument('<sounds>', 'audio file, folder, CSV/TSV table or data set file (data/sets/*.yaml)')
    .requiredOption('-o, --output <folder>', 'folder to write')
    .option('--processors <list>', 'further separators, with commas between: runs/mixit@250,runs/mixit@750')
    .option('--window <duration>', 'longer recordings are separated in overlapping windows', `${USUAL.window} s`)
    .option('--overlap <duration>', 'of two windows, cross-faded', `${USUAL.overlap} s`)
    .option('-n, --count <recordings>', 'only so many, the first ones')
    .addHelpText('after', EXAMPLES)
    .action(separate)
}

async function separate(run: string, sounds: string, flags: Flags): Promise<void> {
  const [window, overlap] = [seconds('--window', flags.window), seconds('--overlap', flags.overlap)]
  if (overlap > window / 2)
    throw new Problem('bad-option', `--overlap ${flags.overlap}: expected at most half the window of ${flags.window}.`)
  const { output: folder } = flags
  const count = flags.count === undefined ? undefined : wholeNumber('--count', flags.count)
  const others = flags.processors?.split(',').map(name => name.trim()) ?? []
  const { separateRecordings } = await import('./separation/separate-recordings.js')
  const { signal, release } = stopOnInterrupt('Stopping.')
  try {
    const separated = await separateRecordings({ run, others, sounds, folder, count, window, overlap, signal })
    process.stdout.write(report(separated, folder, run))
    if (separated.missing > 0) process.exitCode = 130
    else if (separated.made + separated.kept === 0) process.exitCode = 1
  } finally {
    release()
  }
}

function report({ made, kept, skipped, missing, channels, page }: Separated, folder: string, run: string): string {
  const bad = skipped.map(({ clip, reason }) => `  ${clip}: ${reason}\n`).join('')
  const lost = bad && `Left out:\n${bad}`
  if (missing > 0)
    return `${lost}${folder}: ${made + kept} recordings separated, ${missing} missing. Run the same command again to go on.\n`
  const known = kept > 0 ? `, ${kept} of them before` : ''
  return `${lost}${folder}: ${made + kept} recordings separated${known}, ${channels} channels each.
Open ${page} in a browser.
Next:
  ./earshot evaluate-separation ${run} scenes/drums-mixtures/manifest.tsv     on mixtures that ./earshot scenes has made
`
}

function seconds(flag: string, text: string): number {
  const read = duration({ min: 0, max: 600 }).safeParse(text)
  if (!read.success) throw new Problem('bad-option', `${flag}: ${read.error.issues[0]!.message}`)
  if (flag === '--window' && read.data < 0.05) throw new Problem('bad-option', '--window: expected at least 50 ms.')
  return read.data
}

function wholeNumber(flag: string, text: string): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= 1) return value
  throw new Problem('bad-option', `${flag} ${text}: expected a whole number from 1.`)
}
