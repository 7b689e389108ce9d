/** `earshot separate`: what a trained separator makes of recordings. */

import { z } from 'zod'
import { demandFolder } from '../../data/output-file.js'
import { argument, option, sounds } from '../configuration/options.js'
import type { Sharding } from '../jobs/run-shards.js'
import type { SeparatedInShards, SeparateInShards } from '../separation/separate-in-shards.js'
import { demandOverlap, separateOptions } from '../separation/separate-options.js'
import type { Separated } from '../separation/separate-recordings.js'
import { interruptible } from '../terminal/interrupt.js'
import { command } from '../terminal/say.js'
import { readSharding, shardOptions, typedOptions } from './shard-options.js'
import { verb } from './verb.js'

const EXAMPLES = `
Writes a folder a recording with mixture.wav and 1.wav, 2.wav, ... (they add up to it), and index.html with spectrograms
and players. Run it again to go on after a stop: what is whole stays.

Examples:
  ./earshot separate runs/mixit-pool16k my-sounds/ -o separated
  ./earshot separate runs/mixit-pool16k scenes/drums-mixtures/manifest.tsv -o separated --count 5
  ./earshot separate runs/mixit-pool16k night.flac -o night --processors runs/mixit-pool16k@250,runs/mixit-pool16k@0

Many recordings go in shards, here or as an array of Slurm (cluster.yaml: { partition: cpu, time: 4 h, memory: 8 GB }):
  ./earshot separate runs/mixit-pool16k archive/ -o separated --shards 16 --max-parallel 2
  ./earshot separate runs/mixit-pool16k archive/ -o separated --shards 64 --executor slurm --slurm cluster.yaml
  ./earshot separate runs/mixit-pool16k archive/ -o separated --shard 3/16     one alone, for others to start
`

/** Further separators, with commas between. */
export const processors = option(
  'list',
  'further separators, with commas between: runs/mixit@250,runs/mixit@750',
  z
    .string()
    .prefault('')
    .transform(text =>
      text
        .split(',')
        .map(name => name.trim())
        .filter(name => name !== ''),
    ),
)

export default verb({
  name: 'separate',
  summary: 'write the channels of recordings, separated by a trained separator, and a page to look at and listen to',
  takes: z.strictObject({
    run: argument('<run>', 'run folder of a separator (its newest checkpoint), RUN@step, or a checkpoint'),
    sounds,
    output: option('folder', 'folder to write', z.string(), { short: 'o' }),
    processors,
    ...separateOptions.shape,
    ...shardOptions('the same command without it writes the page when all are there'),
  }),
  help: EXAMPLES,
  run: async ({ run, sounds, output: folder, processors: others, window, overlap, count, ...flags }, command) => {
    demandOverlap({ window, overlap })
    demandFolder(folder, [run, sounds])
    const given = { run, others, sounds, folder, count }
    const { shard, sharding, manifest } = await readSharding(flags)
    if (manifest) {
      const typed = typedOptions(command, ['output'])
      process.stdout.write(manifest('earshot-separate', ['separate', run, sounds, '-o', folder, ...typed]))
      return
    }
    await interruptible('Stopping.', async signal => {
      if (sharding) {
        await inShards({ ...given, signal }, sharding, typedOptions(command, ['output', 'processors']))
        return
      }
      const { separateRecordings } = await import('../separation/separate-recordings.js')
      const separated = await separateRecordings({ ...given, window, overlap, shard, signal })
      process.stdout.write(report(separated, folder, run))
      if (separated.missing > 0) process.exitCode = 130
      else if (separated.made + separated.kept === 0 && !shard) process.exitCode = 1
    })
  },
})

type Given = Omit<SeparateInShards, 'typed' | 'sharding'>

async function inShards(given: Given, sharding: Sharding, typed: readonly string[]): Promise<void> {
  const { separateInShards } = await import('../separation/separate-in-shards.js')
  const { whatIsMissing } = await import('../jobs/shard-jobs.js')
  const separated = await separateInShards({ ...given, sharding, typed })
  const missing = whatIsMissing(separated.end)
  process.stdout.write(`${ofShards(separated, given)}${missing}`)
  if (missing !== '') process.exitCode = given.signal.aborted ? 130 : 1
  else if (separated.separated === 0) process.exitCode = 1
}

function ofShards({ separated, skipped, channels, page }: SeparatedInShards, { folder, run }: Given): string {
  if (page === undefined) return leftOut(skipped)
  return `${leftOut(skipped)}${folder}: ${separated} recordings separated, ${channels} channels each.\n${next(page, run)}`
}

function report({ made, kept, skipped, missing, channels, page }: Separated, folder: string, run: string): string {
  const lost = leftOut(skipped)
  if (missing > 0)
    return `${lost}${folder}: ${made + kept} recordings separated, ${missing} missing. Run the same command again to go on.\n`
  const known = kept > 0 ? `, ${kept} of them before` : ''
  const told = `${lost}${folder}: ${made + kept} recordings separated${known}, ${channels} channels each.\n`
  if (page !== undefined) return `${told}${next(page, run)}`
  return `${told}Next, when all shards are there: the same command without --shard, for the page.\n`
}

const leftOut = (skipped: Separated['skipped']) =>
  skipped.length > 0 ? `Left out:\n${skipped.map(({ clip, reason }) => `  ${clip}: ${reason}\n`).join('')}` : ''

const next = (page: string, run: string) => `Open ${page} in a browser.
Next:
  ${command`./earshot evaluate-separation ${run} scenes/drums-mixtures/manifest.tsv`}     on mixtures that ./earshot scenes has made
`
