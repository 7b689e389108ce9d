/** What travels in an Arrow file's schema metadata, so that nobody has to ask which front end or weights made it. */

import { hash } from 'node:crypto'
import type { InferenceGraph } from '../../graphs/inference/inference-graph.js'
import type { Shard } from '../jobs/shard.js'
import { versions } from '../setup/versions.js'
import type { EncoderSource } from './encoder-source.js'

/** Version of the contract: the columns and the names below. */
const CONTRACT = '1'

/** `FILE.baselines` beside `FILE.arrow`: what probes compare embeddings with. */
export const baselinesFolder = (file: string) => `${file.replace(/\.arrow$/, '')}.baselines`

export function embeddingMetadata(made: EncoderSource['made'], { graph }: InferenceGraph): Record<string, string> {
  const front = Object.fromEntries(graph.nodes.map(({ id, stage, parameters }) => [id, { stage, ...parameters }]))
  return {
    'earshot.contract': CONTRACT,
    'earshot.version': versions().earshot!,
    'earshot.front-end': JSON.stringify(front),
    'earshot.front-end-version': made.versions['front-end'] ?? '',
    'earshot.normalisation': JSON.stringify(made.statistics),
    'earshot.checkpoint': made.sha256,
    'earshot.step': String(made.step),
    'earshot.graph-hash': made.graphHash,
    'earshot.graph': JSON.stringify(made.graph),
    ...(made.note === undefined ? {} : { 'earshot.note': made.note }),
  }
}

/** Key of schema metadata under which a file says which shard it is. */
export const SHARD = 'earshot.shard'

/** @param ids of the whole list */
export function shardMetadata({ number, of }: Shard, ids: readonly string[]): Record<string, string> {
  const list = hash('sha256', JSON.stringify(ids)).slice(0, 16)
  return { [SHARD]: JSON.stringify({ number, of, list }) }
}
