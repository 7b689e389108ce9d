/** What the files of a shard carry, so that they are put together only with the other shards of their list. */
import { hash } from 'node:crypto'
import type { Shard } from '../jobs/shard.js'

/** Key of schema metadata under which a file says which shard it is. */
export const SHARD = 'earshot.shard'

/** @param ids of the whole list */
export function shardMetadata({ number, of }: Shard, ids: readonly string[]): Record<string, string> {
  const list = hash('sha256', JSON.stringify(ids)).slice(0, 16)
  return { [SHARD]: JSON.stringify({ number, of, list }) }
}
