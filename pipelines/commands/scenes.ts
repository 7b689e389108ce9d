/** `earshot scenes`: sound scenes from single sounds, with their stems kept. */
import { join } from 'node:path'
import type { Command } from 'commander'
import { Problem } from '../../data/problem.js'
import type { ScenesMade } from '../separation/scenes/make-scenes.js'
import { stopOnInterrupt } from '../terminal/interrupt.js'
import { wholeNumber } from './whole-number.js'

interface Flags {
  output: string
  count?: string
  seed: string
  shard?: string
}

const EXAMPLES = `
Writes 000000.wav and so on (mixtures), 000000/1.wav, 2.wav, ..., bed.wav (stems, which add up to the mixture exactly),
manifest.tsv (a data set: a mixture a line; train.yaml and held-out.yaml are its parts), scenes.jsonl (onset, offset,
level, SNR and source of each event) and events.tsv (onset, offset and label, as DCASE has it). Run it again to go on
after a stop.

Examples:
  ./earshot scenes configs/scenes/pool16k.yaml -o scenes/pool16k
  ./earshot scenes configs/scenes/drums-pairs.yaml -o scenes/drums-pairs --count 100 --seed 1
  ./earshot scenes configs/scenes/pool16k.yaml -o scenes/pool16k --shard 2/4       one of four processes
`

export default (program: Command): void => {
  program
    .command('scenes')
    .description('compose scenes of overlapping sounds, with their stems, from single sounds')
    .argument('<config>', 'a scene config (configs/scenes/*.yaml)')
    .requiredOption('-o, --output <folder>', 'folder to write')
    .option('-n, --count <scenes>', "how many; the config's own number if not given")
    .option('--seed <n>', 'all draws hang on it: the same seed gives the same bytes', '0')
    .option('--shard <k/n>', 'make only every n-th scene, from the k-th: for n processes at once')
    .addHelpText('after', EXAMPLES)
    .action(scenes)
}

async function scenes(config: string, flags: Flags): Promise<void> {
  const { output } = flags
  const options = {
    count: flags.count === undefined ? undefined : wholeNumber('--count', flags.count, 1),
    seed: wholeNumber('--seed', flags.seed, 0),
    shard: flags.shard === undefined ? undefined : shardOf(flags.shard),
  }
  const { makeScenes } = await import('../separation/scenes/make-scenes.js')
  const { signal, release } = stopOnInterrupt('Stopping after this scene.')
  try {
    const made = await makeScenes({ config, output, ...options, signal })
    process.stdout.write(report(made, output))
    if (signal.aborted && made.missing > 0) process.exitCode = 130
  } finally {
    release()
  }
}

function report({ count, made, missing, skipped, settings }: ScenesMade, output: string): string {
  const bad = [...skipped].map(([, reason]) => `  ${reason}\n`).join('')
  const lost = bad && `${skipped.size} clips cannot be used:\n${bad}`
  if (missing > 0)
    return `${lost}${output}: ${made} scenes made, ${missing} of ${count} missing. Run the same command again to go on.\n`
  const manifest = join(output, 'manifest.tsv')
  const next = settings.labels[0]
    ? `./earshot embed runs/quickstart ${manifest} -o ${settings.name}.arrow`
    : `./earshot tap graphs/contrastive-16k.yaml mel --data ${manifest}`
  return `${lost}${output}: ${count} scenes of ${settings.length} s, ${made} of them new.\nNext:\n  ${next}\n`
}

function shardOf(text: string): { number: number; of: number } {
  const [, number, of] = /^(\d+)\/(\d+)$/.exec(text)?.map(Number) ?? []
  if (number && of && number <= of) return { number, of }
  throw new Problem('bad-option', `--shard ${text}: expected k/n, as in 2/4.`)
}
