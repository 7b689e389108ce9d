/** `earshot embed`: recordings become rows of an Arrow file. */

import { dirname } from 'node:path'
import { z } from 'zod'
import { featureFolder } from '../../data/cache-folder.js'
import { demandOutput } from '../../data/output-file.js'
import { argument, json } from '../configuration/options.js'
import type { EmbeddedInShards, EmbedInShards } from '../embeddings/embed-in-shards.js'
import { type EmbedOptions, embedOptions } from '../embeddings/embed-options.js'
import type { embedTexts } from '../embeddings/embed-texts.js'
import { likelyLabel, mayBeLabel } from '../embeddings/label-table.js'
import type { Embedded } from '../embeddings/write-embeddings.js'
import type { Sharding } from '../jobs/run-shards.js'
import type { Shard } from '../jobs/shard.js'
import { stoppable } from '../terminal/interrupt.js'
import { plural } from '../terminal/numbers.js'
import { command, shellWord } from '../terminal/say.js'
import { readSharding, shardOptions, typedOptions } from './shard-options.js'
import { verb } from './verb.js'

const EXAMPLES = `
Examples:
  ./earshot embed runs/quickstart my-sounds/ -o my-sounds.arrow           one row a file; long ones in windows
  ./earshot embed runs/quickstart night.flac -o night.arrow --level patch --hop 0.48s
  ./earshot embed runs/quickstart nights/ -o nights.arrow --segment 5s --annotations nights/     windows, with their labels
  ./earshot embed runs/quickstart labels.csv -o labelled.arrow            label columns come along
  ./earshot embed runs/quickstart my-sounds/ -o mine.parquet              mine.arrow, and beside it what convert makes
  ./earshot embed graphs/onnx-encoder.yaml my-sounds/ -o other.arrow      by an encoder of somebody else (ONNX)
  ./earshot embed runs/audio-text texts.arrow -o asked.arrow              texts that the run has learned beside sounds

A long list goes in shards, here or as an array of Slurm; the file is the same. Run the command again to go on after
whatever has happened: shards that are done are not done again.
  ./earshot embed runs/mine sounds/ -o sounds.arrow --shards 16 --max-parallel 2
  ./earshot embed runs/mine sounds/ -o sounds.arrow --shards 64 --executor slurm --slurm cluster.yaml
with such a cluster.yaml: { partition: cpu, time: 4 h, memory: 8 GB, cpus: 4, options: [--account=sound] }
Where others start the processes, one shard each, merge puts them together. 'auto' reads the number that Slurm,
Kubernetes or AWS Batch gives to each process of an array job:
  ./earshot embed runs/mine sounds/ -o parts/3.arrow --shard 3/16
  ./earshot embed runs/mine sounds/ -o 'parts/{shard}.arrow' --shard auto/16
  ./earshot embed runs/mine sounds/ -o sounds.arrow --shards 16 --executor kubernetes --kubernetes job.yaml --print
  ./earshot merge parts/*.arrow -o sounds.arrow
with such a job.yaml: { image: registry/earshot, claim: sounds, at: /data, memory: 8 GB, cpus: 4 }
`

export default verb({
  name: 'embed',
  summary: 'write embeddings of recordings as an Arrow file',
  takes: z.strictObject({
    run: argument(
      '<run>',
      'run folder (its newest checkpoint), RUN@best, a checkpoint, or a graph whose encoder is an ONNX file',
    ),
    inputs: argument(
      '<input...>',
      'audio files, folders, tables, annotations or data set files (data/sets/*.yaml); or an Arrow file of texts, for a run that has learned texts beside sounds',
    ),
    ...embedOptions.shape,
    ...shardOptions('earshot merge puts shards together'),
    json,
  }),
  help: EXAMPLES,
  run: async (
    { run, inputs, edits: _, json, shard: one, shards, executor, maxParallel, slurm, kubernetes, print, ...asked },
    command,
  ) => {
    const parquet = /\.parquet$/i.test(asked.output) && !one && !print ? asked.output : undefined
    if (parquet) demandOutput(parquet, 'Parquet', inputs)
    const given = { ...asked, output: parquet?.replace(/\.parquet$/i, '.arrow') ?? asked.output }
    const flags = { shard: one, shards, executor, maxParallel, slurm, kubernetes, print }
    const { shard, sharding, manifest } = await readSharding(flags, given.workers)
    if (manifest) {
      const parts = `${given.output.replace(/\.arrow$/, '')}.parts`
      const typed = typedOptions(command, ['output', 'json'])
      process.stdout.write(
        manifest('earshot-embed', ['embed', run, ...inputs, '-o', `${parts}/{shard}.arrow`, ...typed]),
      )
      process.stderr.write(
        `When all its pods have ended:\n  ./earshot merge ${shellWord(parts)}/*.arrow -o ${shellWord(given.output)}\n`,
      )
      return
    }
    const options = { ...given, run, inputs, output: shard ? ofShard(given.output, shard) : given.output }
    const { output, layer } = options
    let written = false
    await stoppable(
      async signal => {
        if (sharding) {
          await inShards({ ...options, signal }, sharding, typedOptions(command, ['output', 'workers', 'json']), json)
          if (parquet && !process.exitCode) await alsoAs(parquet, output, json)
          return
        }
        if (inputs.length === 1 && /\.arrow$/i.test(inputs[0]!))
          return ofTexts(inputs[0]!, { run, layer, output }, json)
        const { writeEmbeddings } = await import('../embeddings/write-embeddings.js')
        const cache = featureFolder()
        const onWritten = () => {
          written = true
        }
        const embedded = await writeEmbeddings({ ...options, cache, shard, signal, onWritten })
        if (json) process.stdout.write(`${JSON.stringify({ output, ...embedded })}\n`)
        else report(embedded, { output, shard })
        if (parquet) await alsoAs(parquet, output, json)
      },
      () =>
        `Stopped; ${output} ${written ? 'is written, its baselines are not' : 'has not been written'}. What has been read stays in the cache: run the same command again.`,
    )
  },
})

/** An Arrow file of texts in the place of recordings. */
async function ofTexts(texts: string, asked: Parameters<typeof embedTexts>[1], json = false): Promise<void> {
  const { embedTexts } = await import('../embeddings/embed-texts.js')
  const { output } = asked
  const rows = await embedTexts(texts, asked)
  const next = command`./earshot similar SOUNDS.arrow TEXT --query ${output}`
  process.stdout.write(
    json ? `${JSON.stringify({ output, rows })}\n` : `${output}: ${plural(rows, 'text')}.\nNext:\n  ${next}\n`,
  )
}

/** The same embeddings for other programs, as `convert` writes them. */
async function alsoAs(parquet: string, file: string, json = false): Promise<void> {
  const { convertEmbeddings } = await import('../exchange/convert/convert-embeddings.js')
  await convertEmbeddings({ file, output: parquet, map: true, neighbours: 10, sounds: false, seconds: 10 })
  if (!json) process.stdout.write(`${parquet}: the same, for pandas, DuckDB, Polars, embedding-atlas, Spotlight.\n`)
}

/** `parts/{shard}.arrow` is `parts/03.arrow` for the third of sixteen. */
const ofShard = (output: string, { number, of }: Shard) =>
  output.replaceAll('{shard}', String(number).padStart(String(of).length, '0'))

type Given = Omit<EmbedInShards, 'typed' | 'sharding'>

async function inShards(given: Given, sharding: Sharding, typed: readonly string[], json = false): Promise<void> {
  const { embedInShards } = await import('../embeddings/embed-in-shards.js')
  const { whatIsMissing } = await import('../jobs/shard-jobs.js')
  const { end, merged } = await embedInShards({ ...given, sharding, typed })
  if (json && merged) process.stdout.write(`${JSON.stringify({ output: given.output, ...merged })}\n`)
  else process.stdout.write(merged ? together(merged, given.output, sharding) : whatIsMissing(end))
  if (!merged) process.exitCode = given.signal.aborted ? 130 : 1
  else if (merged.rows === 0) process.exitCode = 1
}

function together(merged: NonNullable<EmbeddedInShards['merged']>, output: string, { shards }: Sharding): string {
  const { rows, skipped, columns, note } = merged
  return `${output}: ${plural(rows, 'row')} of ${plural(shards, 'shard')}${leftOut(output, skipped)}.\n${note ? `${note}\n` : ''}${next(output, columns)}`
}

function report(embedded: Embedded, { output, shard }: Pick<EmbedOptions, 'output' | 'shard'>): void {
  const { rows, skipped, columns, seconds, audioSeconds, bottleneck, note } = embedded
  const speed = `${(audioSeconds / seconds).toFixed(0)} times real time`
  const merge = `  ./earshot merge ${shellWord(dirname(output))}/*.arrow -o ALL.arrow   when all shards are there`
  process.stdout.write(
    `${output}: ${plural(rows, 'row')}${leftOut(output, skipped)}; ${seconds.toFixed(1)} s, ${speed}.\n${bottleneck}\n${note ? `${note}\n` : ''}${shard ? `Next:\n${merge}\n` : next(output, columns)}`,
  )
}

const leftOut = (output: string, skipped: number) =>
  skipped > 0 ? `, ${plural(skipped, 'clip')} left out (${output}.skipped.jsonl says why)` : ''

function next(output: string, columns: readonly string[]): string {
  const label = likelyLabel(columns)
  return label !== undefined && mayBeLabel(label)
    ? command`Next:\n  ./earshot probe ${output} --label ${label}\n`
    : command`Next:\n  ./earshot inspect ${output}      a map to look at and listen to\n  ./earshot label ${output} --class wanted      say yes and no, and the rest is ranked\n`
}
