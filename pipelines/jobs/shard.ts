/** A share of a long list of recordings, so that several processes can do it: consecutive clips, put together later. */
import { Problem } from '../../data/problem.js'
import { rankFrom } from './array-rank.js'

/** `3/16`: the third of sixteen. */
export interface Shard {
  number: number
  of: number
}

/**
 * @param text `3/16`; `auto` or `auto/16` for what an array job says in the environment
 * @throws Problem unless it is a whole number, a slash, and a number that is not smaller
 */
export function readShard(text: string, environment: NodeJS.ProcessEnv = process.env): Shard {
  const [auto, , parts] = /^auto(\/(\d+))?$/.exec(text) ?? []
  if (auto) return rankFrom(environment, parts === undefined ? undefined : Number(parts))
  const [, number, of] = /^(\d+)\/(\d+)$/.exec(text) ?? []
  const shard = { number: Number(number), of: Number(of) }
  if (shard.number >= 1 && shard.number <= shard.of) return shard
  throw new Problem(
    'bad-option',
    `--shard ${text}: expected a part and the number of parts, from 1/16 to 16/16, or auto.`,
  )
}

/**
 * The clips of a shard: it depends on the list and the two numbers alone. Shards differ by one clip at most.
 *
 * @throws Problem if there are fewer clips than shards
 */
export function clipsOf<T>(clips: readonly T[], { number, of }: Shard): T[] {
  if (clips.length < of)
    throw new Problem('too-many-shards', `${clips.length} clips cannot be parted into ${of} shards.`)
  return clips.slice(Math.floor((clips.length * (number - 1)) / of), Math.floor((clips.length * number) / of))
}
