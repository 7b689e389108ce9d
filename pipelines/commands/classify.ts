/** `earshot classify`: what a trained classifier says about sounds. */
import { basename, dirname, extname, join } from 'node:path'
import type { Command } from 'commander'
import { cacheFolder } from '../../data/cache-folder.js'
import { Problem } from '../../data/problem.js'
import { duration } from '../../stages/quantities.js'
import { stoppable } from '../terminal/interrupt.js'

interface Flags {
  output?: string
  hop: string
  group?: string
  prune?: string
  flag?: string
  predictions?: string
  layer?: string
  workers?: string
}

const EXAMPLES = `
Examples:
  ./earshot classify runs/supervised-drums data/sets/drums16k-held-out.yaml --group kit
  ./earshot classify runs/supervised-drums@best my-sounds/
  ./earshot classify runs/noisy train.tsv --prune 97                    the set without the largest losses
  ./earshot classify runs/teacher train.tsv --flag 2%                   labels that are perhaps missing
  ./earshot classify runs/sweeps/label-noise data/sets/drums16k-held-out.yaml      every run of a sweep, arm by arm
`

export default function register(program: Command): void {
  program
    .command('classify')
    .description('class probabilities of sounds by a trained classifier, and how many are right')
    .argument('<run>', 'run folder (its newest checkpoint), RUN@best, a checkpoint, or folder of a sweep')
    .argument('<sounds>', 'audio file, folder, CSV/TSV table or data set file (data/sets/*.yaml)')
    .option('-o, --output <folder>', 'folder to write; classification/<name of the sounds> in the run if not given')
    .option('--hop <duration>', 'time from one patch to the next', '0.48 s')
    .option('--group <column>', 'resample whole groups (speaker, kit, site) for the intervals; else clips')
    .option('--prune <percentile>', 'write pruned.tsv: the clips whose loss is not above this percentile')
    .option('--flag <share>', 'write flagged.tsv: of each class, the clips without it that score highest (2%)')
    .option(
      '--predictions <file>',
      'also write what is said about each labelled clip as JSON, as probe does with --json',
    )
    .option('--layer <node>', 'encoder, if the graph has several')
    .option('--workers <count>', 'worker threads for decoding; as many as cores if not given')
    .addHelpText('after', EXAMPLES)
    .action(run)
}

/** `classification/<sounds>` in the folder of the run or sweep. */
export function usualFolder(run: string, sounds: string): string {
  const plain = run.replace(/@best$/, '')
  const folder = /\.(json|safetensors)$/.test(plain) ? dirname(dirname(plain)) : plain
  return join(folder, 'classification', basename(sounds, extname(sounds)))
}

async function run(run: string, sounds: string, flags: Flags): Promise<void> {
  const hop = duration({ min: 0.001, max: 3600 }).safeParse(flags.hop)
  if (!hop.success) throw new Problem('bad-option', `--hop: ${hop.error.issues[0]!.message}`)
  const output = flags.output ?? usualFolder(run, sounds)
  const options = {
    ...{ sounds, hop: hop.data, layer: flags.layer, group: flags.group },
    workers: flags.workers === undefined ? undefined : Number(flags.workers),
    cache: join(cacheFolder(), 'features'),
  }
  const { predictions } = flags
  const suspicions = { prune: numberOf('--prune', flags.prune, 100), flag: shareOf(flags.flag) }
  await stoppable(async signal => {
    const { classifyRuns } = await import('../evaluation/classification/classify-runs.js')
    process.stdout.write(await classifyRuns(run, output, { ...options, signal }, { ...suspicions, predictions }))
  }, `Stopped; nothing has been written to ${output} for the run under way.`)
}

function numberOf(flag: string, text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (text.trim() !== '' && value >= 0 && value <= most) return value
  throw new Problem('bad-option', `${flag} ${text}: expected a number from 0 to ${most}.`)
}

/** `2%` or `0.02`. */
function shareOf(text: string | undefined): number | undefined {
  const percent = text?.match(/^(.*)%$/)?.[1]
  return percent === undefined ? numberOf('--flag', text, 1) : numberOf('--flag', percent, 100)! / 100
}
