/** Recordings that were left out: a list in the folder, and one for each shard while shards run side by side. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Shard } from '../jobs/shard.js'

export interface Skipped {
  clip: string
  reason: string
}

export const skippedFile = (folder: string, shard?: Shard): string =>
  join(folder, shard ? `skipped-${shard.number}-of-${shard.of}.jsonl` : 'skipped.jsonl')

export function readSkipped(file: string): Skipped[] {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []
  return lines.filter(line => line !== '').map(line => JSON.parse(line))
}

/** Takes away the lists of shards, once there is one of all. */
export function forgetShards(folder: string): void {
  for (const name of readdirSync(folder))
    if (/^skipped-\d+-of-\d+\.jsonl$/.test(name)) rmSync(join(folder, name), { force: true })
}
