/** Embeds a list in shards, and puts them together: the file is the one of the list embedded at once. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { demandOutput } from '../../data/output-file.js'
import { runShards, type Sharding } from '../jobs/run-shards.js'
import { clipsOf } from '../jobs/shard.js'
import type { ShardsEnd } from '../jobs/shard-jobs.js'
import type { EmbedOptions } from './embed-options.js'
import { encoderSource } from './encoder-source.js'
import { type Merged, mergeEmbeddings } from './merge-embeddings.js'
import { readInputs } from './write-embeddings.js'

export interface EmbedInShards
  extends Pick<EmbedOptions, 'run' | 'inputs' | 'output' | 'layer' | 'workers' | 'segment' | 'annotations' | 'level'> {
  /** Further options of `embed`, as they were typed. */
  typed: readonly string[]
  sharding: Sharding
  signal: AbortSignal
}

export interface EmbeddedInShards {
  end: ShardsEnd
  /** Once all shards are done. */
  merged: (Merged & { skipped: number; note: string | undefined }) | undefined
}

/**
 * All shards are by the checkpoint that there is now, also if the run is trained further meanwhile.
 *
 * @throws Problem as `writeEmbeddings`, before any shard begins; those of `runShards`
 */
export async function embedInShards(options: EmbedInShards): Promise<EmbeddedInShards> {
  const { run, inputs, output, layer, typed, sharding, signal } = options
  demandOutput(output, 'Arrow', inputs)
  const { name, made } = await encoderSource({ run, layer, level: 'clip', readout: undefined })
  const { clips } = await readInputs(options)
  clipsOf(clips, { number: 1, of: sharding.shards })
  const partOf = (folder: string) => join(folder, 'part.arrow')
  const command = {
    output,
    identity: ['embed', made.sha256, typed, clips],
    words: ({ number, of }: { number: number; of: number }, folder: string) => [
      ...['embed', name, ...inputs, '-o', partOf(folder), ...typed],
      ...['--workers', String(options.workers ?? sharding.cpus), '--shard', `${number}/${of}`],
    ],
  }
  return runShards(command, sharding, signal, async end => {
    if (end.done.length < sharding.shards) return { end, merged: undefined }
    const parts = end.done.map(({ folder }) => partOf(folder))
    const merged = await mergeEmbeddings(parts, output)
    return {
      end,
      merged: { ...merged, skipped: linesOf(`${output}.skipped.jsonl`), note: made.note },
    }
  })
}

const linesOf = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').length : 0)
