/** The jobs of a command's shards, and how they have ended. */
import { JobFolder } from './job-folder.js'
import type { Shard } from './shard.js'

/** What one shard is to do. */
export interface ShardJob {
  shard: Shard
  key: string
  /** Of the job: files that only the merging end needs lie here. */
  folder: string
  words: string[]
}

export interface ShardsEnd {
  done: ShardJob[]
  failed: (ShardJob & { reason: string; log: string })[]
  /** Stopped, or never begun. */
  open: ShardJob[]
}

/** `shard 3/16`, as `--shard` takes it. */
export const nameOf = ({ shard: { number, of } }: Pick<ShardJob, 'shard'>) => `shard ${number}/${of}`

/** As their folders tell it now. */
export function endOf(jobs: Iterable<ShardJob>): ShardsEnd {
  const end: ShardsEnd = { done: [], failed: [], open: [] }
  for (const job of jobs) {
    const folder = new JobFolder(job.folder)
    const { state, status } = folder.now()
    if (state === 'done') end.done.push(job)
    else if (state === 'failed') end.failed.push({ ...job, reason: status?.reason ?? 'not said', log: folder.log })
    else end.open.push(job)
  }
  return end
}

/** What is told of shards that are not done, and how to go on; empty if all are. */
export function whatIsMissing({ done, failed, open }: ShardsEnd): string {
  const count = done.length + failed.length + open.length
  if (done.length === count) return ''
  const lost = failed.map(job => `  ${nameOf(job)} failed: ${job.reason} (${job.log})\n`).join('')
  return `${done.length} of ${count} shards are done.\n${lost}Run the same command again to go on: what is done is kept.\n`
}
