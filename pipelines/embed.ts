/** `earshot embed`: recordings become rows of an Arrow file. */
import { dirname, join } from 'node:path'
import type { Command } from 'commander'
import { cacheFolder } from '../data/cache-folder.js'
import { Problem } from '../data/problem.js'
import { duration } from '../stages/quantities.js'
import { readShard } from './embeddings/shard.js'
import type { Embedded } from './embeddings/write-embeddings.js'
import { stopOnInterrupt, wasInterrupted } from './interrupt.js'
import { shellWord } from './shell-word.js'

interface Options {
  output: string
  hop: string
  level: string
  layer?: string
  rulers?: boolean
  workers?: string
  shard?: string
}

const EXAMPLES = `
Examples:
  ./earshot embed runs/quickstart my-sounds/ -o my-sounds.arrow           one row a file
  ./earshot embed runs/quickstart night.flac -o night.arrow --level patch --hop 0.48s
  ./earshot embed runs/quickstart labels.csv -o labelled.arrow            label columns come along

A long list can be embedded in parts, here or as an array of Slurm, and put together; the rows are the same:
  ./earshot embed runs/mine sounds/ -o parts/3.arrow --shard 3/16         the third of sixteen parts
  sbatch --array=1-16%4 --requeue --cpus-per-task=2 --mem=4G --time=60 --wrap='./earshot embed runs/mine sounds/ -o parts/$SLURM_ARRAY_TASK_ID.arrow --shard $SLURM_ARRAY_TASK_ID/16'
  ./earshot merge parts/*.arrow -o sounds.arrow
`

export default function register(program: Command): void {
  program
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
    .option('--rulers', 'write what probes compare with (untrained encoder, log-mel statistics) as well')
    .option('--no-rulers', 'do not; without either option they are written where the input has labels')
    .option('--workers <count>', 'worker threads for decoding; as many as cores if not given')
    .option('--shard <part/parts>', 'this share of the clips alone, such as 3/16; earshot merge puts shards together')
    .addHelpText('after', EXAMPLES)
    .action(embed)
}

async function embed(run: string, inputs: string[], options: Options): Promise<void> {
  if (options.level !== 'clip' && options.level !== 'patch') {
    throw new Problem('bad-option', `--level is 'clip' or 'patch', not '${options.level}'.`)
  }
  const hop = duration({ min: 0.001, max: 3600 }).safeParse(options.hop)
  if (!hop.success) throw new Problem('bad-option', `--hop: ${hop.error.issues[0]!.message}`)
  const shard = options.shard === undefined ? undefined : readShard(options.shard)
  const { writeEmbeddings } = await import('./embeddings/write-embeddings.js')
  const stop = stopOnInterrupt('Stopping.')
  try {
    const embedded = await writeEmbeddings({
      run,
      inputs,
      output: options.output,
      hop: hop.data,
      level: options.level,
      layer: options.layer,
      rulers: options.rulers,
      workers: options.workers === undefined ? undefined : Number(options.workers),
      cache: join(cacheFolder(), 'features'),
      shard,
      signal: stop.signal,
    })
    report(embedded, options)
  } catch (error) {
    if (!wasInterrupted(error, stop.signal)) throw error
    process.stdout.write(
      `Stopped; ${options.output} has not been written. What has been read stays in the cache: run the same command again.\n`,
    )
    process.exitCode = 130
  } finally {
    stop.release()
  }
}

function report(embedded: Embedded, options: Options): void {
  const { rows, skipped, columns, seconds, audioSeconds, bottleneck, note } = embedded
  const lost = skipped > 0 ? `, ${skipped} clips left out (${options.output}.skipped.jsonl says why)` : ''
  const speed = `${(audioSeconds / seconds).toFixed(0)} times real time`
  process.stdout.write(
    `${options.output}: ${rows} rows${lost}; ${seconds.toFixed(1)} s, ${speed}.\n${bottleneck}\n${note ? `${note}\n` : ''}Next:\n`,
  )
  const label = columns[0]
  const file = shellWord(options.output)
  process.stdout.write(
    options.shard
      ? `  ./earshot merge ${shellWord(dirname(options.output))}/*.arrow -o ALL.arrow   when all shards are there\n`
      : label
        ? `  ./earshot probe ${file} --label ${label}\n`
        : `  python3 -c "import pyarrow.feather as f; print(f.read_table('${options.output}'))"\n`,
  )
}
