/** `earshot consistency`: does a trained encoder say the same about a sound that is shifted a little? */
import { join } from 'node:path'
import type { Command } from 'commander'
import { cacheFolder } from '../../data/cache-folder.js'
import { Problem } from '../../data/problem.js'
import { duration } from '../../stages/quantities.js'
import { stoppable } from '../terminal/interrupt.js'

interface Flags {
  output?: string
  hop: string
  layer?: string
  group?: string
  workers?: string
}

const EXAMPLES = `
Examples:
  ./earshot consistency runs/supervised-drums data/sets/drums16k-held-out.yaml
  ./earshot consistency runs/supervised-drums data/sets/drums16k-held-out.yaml --group kit
  ./earshot consistency runs/sweeps/pooling data/sets/drums16k-held-out.yaml      every run of a sweep, arm by arm
`

export default function register(program: Command): void {
  program
    .command('consistency')
    .description('say how far classes and embeddings stay when sounds are shifted by 1, 3 or 5 frames or bands')
    .argument('<run>', 'run folder, checkpoint, or folder of a sweep')
    .argument('<sounds>', 'audio file, folder, CSV/TSV table or data set file (data/sets/*.yaml)')
    .option('-o, --output <folder>', 'folder to write; consistency/<name of the sounds> in the run if not given')
    .option('--hop <duration>', 'time from one patch to the next', '0.48 s')
    .option('--layer <node>', 'encoder, if the graph has several')
    .option('--group <column>', 'resample whole groups (speaker, kit, site) for the intervals; else clips')
    .option('--workers <count>', 'worker threads for decoding; as many as cores if not given')
    .addHelpText('after', EXAMPLES)
    .action(consistency)
}

async function consistency(run: string, sounds: string, flags: Flags): Promise<void> {
  const hop = duration({ min: 0.001, max: 3600 }).safeParse(flags.hop)
  if (!hop.success) throw new Problem('bad-option', `--hop: ${hop.error.issues[0]!.message}`)
  const options = {
    ...{ sounds, hop: hop.data, layer: flags.layer, group: flags.group },
    workers: flags.workers === undefined ? undefined : Number(flags.workers),
    cache: join(cacheFolder(), 'features'),
  }
  const { runsOf, usualFolder } = await import('../evaluation/consistency/runs.js')
  const { writeConsistency } = await import('../evaluation/consistency/write-consistency.js')
  const output = flags.output ?? usualFolder(run, sounds)
  await stoppable(async signal => {
    process.stdout.write(await writeConsistency(runsOf(run), output, { ...options, signal }))
  }, `Stopped; nothing has been written to ${output} for the run under way.`)
}
