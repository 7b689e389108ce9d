/** `earshot embed`: recordings become rows of an Arrow file. */
import { dirname, join } from 'node:path'
import type { Command } from 'commander'
import { cacheFolder } from '../../data/cache-folder.js'
import { Problem } from '../../data/problem.js'
import { duration } from '../../stages/quantities.js'
import type { EmbedOptions } from '../embeddings/clip-embedding.js'
import type { EmbeddedInShards } from '../embeddings/embed-in-shards.js'
import type { Embedded } from '../embeddings/write-embeddings.js'
import type { Sharding } from '../jobs/run-shards.js'
import { stoppable } from '../terminal/interrupt.js'
import { shellWord } from '../terminal/shell-word.js'
import { readSharding, type ShardFlags, shardOptions, typedOptions } from './shard-options.js'
import { wholeNumber } from './whole-number.js'

interface Options extends ShardFlags {
  output: string
  hop: string
  level: string
  layer?: string
  baselines?: boolean
  workers?: string
}

const EXAMPLES = `
Examples:
  ./earshot embed runs/quickstart my-sounds/ -o my-sounds.arrow           one row a file
  ./earshot embed runs/quickstart night.flac -o night.arrow --level patch --hop 0.48s
  ./earshot embed runs/quickstart labels.csv -o labelled.arrow            label columns come along

A long list goes in shards, here or as an array of Slurm; the file is the same. Run the command again to go on after
whatever has happened: shards that are done are not done again.
  ./earshot embed runs/mine sounds/ -o sounds.arrow --shards 16 --max-parallel 2
  ./earshot embed runs/mine sounds/ -o sounds.arrow --shards 64 --executor slurm --slurm cluster.yaml
with such a cluster.yaml: { partition: cpu, time: 4 h, memory: 8 GB, cpus: 4, options: [--account=sound] }
Where others start the processes, one shard each, merge puts them together:
  ./earshot embed runs/mine sounds/ -o parts/3.arrow --shard 3/16
  ./earshot merge parts/*.arrow -o sounds.arrow
`

export default function register(program: Command): void {
  const verb = program
    .command('embed')
    .description('write embeddings of recordings as an Arrow file')
    .argument('<run>', 'run folder (its newest checkpoint), RUN@best, or a checkpoint')
    .argument('<input...>', 'audio files, folders, CSV/TSV tables or data set files (data/sets/*.yaml)')
    .requiredOption('-o, --output <file>', 'Arrow file to write')
    .option('--hop <duration>', 'time from one patch to the next', '0.48 s')
    .option('--level <level>', 'clip: one row a clip, the mean over its patches; patch: a row a patch', 'clip')
    .option(
      '--layer <name>',
      'encoder to take embeddings from, if there are several, or one of its layers (encoder.block2)',
    )
    .option('--baselines', 'write what probes compare with (untrained encoder, log-mel statistics) as well')
    .option('--no-baselines', 'do not; without either option they are written where the input has labels')
    .option('--workers <count>', 'worker threads for decoding; as many as cores if not given')
    .addHelpText('after', EXAMPLES)
    .action(embed)
  shardOptions(verb, 'earshot merge puts shards together')
}

async function embed(run: string, inputs: string[], options: Options, command: Command): Promise<void> {
  if (options.level !== 'clip' && options.level !== 'patch') {
    throw new Problem('bad-option', `--level is 'clip' or 'patch', not '${options.level}'.`)
  }
  const hop = duration({ min: 0.001, max: 3600 }).safeParse(options.hop)
  if (!hop.success) throw new Problem('bad-option', `--hop: ${hop.error.issues[0]!.message}`)
  const workers = options.workers === undefined ? undefined : wholeNumber('--workers', options.workers)
  const { shard, sharding } = await readSharding(options, workers)
  const { output, level, layer, baselines } = options
  const given = { run, inputs, output, layer, workers }
  await stoppable(async signal => {
    if (sharding) {
      await inShards({ ...given, signal }, sharding, typedOptions(command, ['output', 'workers']))
      return
    }
    const { writeEmbeddings } = await import('../embeddings/write-embeddings.js')
    const cache = join(cacheFolder(), 'features')
    report(await writeEmbeddings({ ...given, hop: hop.data, level, baselines, cache, shard, signal }), options)
  }, `Stopped; ${output} has not been written. What has been read stays in the cache: run the same command again.`)
}

type Given = Pick<EmbedOptions, 'run' | 'inputs' | 'output' | 'layer' | 'workers'> & { signal: AbortSignal }

async function inShards(given: Given, sharding: Sharding, typed: readonly string[]): Promise<void> {
  const [{ embedInShards }, { whatIsMissing }] = await Promise.all([
    import('../embeddings/embed-in-shards.js'),
    import('../jobs/shard-jobs.js'),
  ])
  const { end, merged } = await embedInShards({ ...given, sharding, typed })
  process.stdout.write(merged ? together(merged, given.output, sharding) : whatIsMissing(end))
  if (!merged) process.exitCode = given.signal.aborted ? 130 : 1
  else if (merged.rows === 0) process.exitCode = 1
}

function together(merged: NonNullable<EmbeddedInShards['merged']>, output: string, { shards }: Sharding): string {
  const { rows, skipped, columns, note } = merged
  return `${output}: ${rows} rows of ${shards} shards${leftOut(output, skipped)}.\n${note ? `${note}\n` : ''}${next(output, columns)}`
}

function report(embedded: Embedded, { output, shard }: Options): void {
  const { rows, skipped, columns, seconds, audioSeconds, bottleneck, note } = embedded
  const speed = `${(audioSeconds / seconds).toFixed(0)} times real time`
  const merge = `  ./earshot merge ${shellWord(dirname(output))}/*.arrow -o ALL.arrow   when all shards are there`
  process.stdout.write(
    `${output}: ${rows} rows${leftOut(output, skipped)}; ${seconds.toFixed(1)} s, ${speed}.\n${bottleneck}\n${note ? `${note}\n` : ''}${shard ? `Next:\n${merge}\n` : next(output, columns)}`,
  )
}

const leftOut = (output: string, skipped: number) =>
  skipped > 0 ? `, ${skipped} clips left out (${output}.skipped.jsonl says why)` : ''

const next = (output: string, [label]: readonly string[]) =>
  label === undefined
    ? `Next:\n  python3 -c "import pyarrow.feather as f; print(f.read_table('${output}'))"\n`
    : `Next:\n  ./earshot probe ${shellWord(output)} --label ${label}\n`
