/** A command in shards: the same words for each share of the recordings, as jobs that run side by side. */
import { hash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Problem } from '../../data/problem.js'
import { makeFolder } from '../../data/whole-file.js'
import { openExecutor, tellEnds, workOff } from './controller.js'
import type { ExecutorName } from './executor.js'
import { begunJobs, JobFolder, jobPath } from './job-folder.js'
import { tryLock } from './process-lock.js'
import type { WordsOrder } from './run-words.js'
import type { Shard } from './shard.js'
import { endOf, nameOf, type ShardJob, type ShardsEnd } from './shard-jobs.js'
import type { SlurmSettings } from './slurm-settings.js'

/** Bytes a shard, if nothing is said. */
const MEMORY = 2e9

/** How many shards, and where they run. */
export interface Sharding {
  shards: number
  executor: ExecutorName
  /** Side by side. */
  most: number
  slurm: SlurmSettings
  /** Processors that a shard may use. */
  cpus: number
}

export interface ShardedCommand {
  /** What is there in the end; `<output>.shards` is the ledger until then. */
  output: string
  /** All that what a shard makes depends on: only the same command goes on where one stopped. */
  identity: unknown
  /** Words of the command line for a shard. @param folder of its job */
  words(shard: Shard, folder: string): string[]
}

/** Folder of a sharded command's jobs. */
export const ledgerOf = (output: string): string => `${output.replace(/[\\/]+$/, '')}.shards`

/**
 * Runs the shards that are not done, also those that failed before, and puts together what there is. When all are done
 * and together the ledger is taken away.
 *
 * @param together called once all have ended or were stopped; alone in the folder
 * @throws Problem if another process runs them, or jobs of another command are still at work in the folder
 */
export async function runShards<Result>(
  command: ShardedCommand,
  sharding: Sharding,
  signal: AbortSignal,
  together: (end: ShardsEnd) => Promise<Result>,
): Promise<Result> {
  const folder = ledgerOf(command.output)
  const jobs = jobsOf(command, folder, sharding.shards)
  makeFolder(folder)
  const lock = tryLock(join(folder, 'lock'))
  if ('holder' in lock) {
    const { pid, host } = lock.holder
    throw new Problem('shards-in-use', `Process ${pid} on ${host} works on the shards of ${command.output}.`, {
      hint: `Wait for it, or name another -o. If that process is on another machine and dead, delete ${join(folder, 'lock')}.`,
    })
  }
  try {
    refuseStrangers(folder, jobs)
    await work(folder, jobs, sharding, signal)
    const end = endOf(jobs.values())
    const result = await together(end)
    if (end.done.length === jobs.size) rmSync(folder, { recursive: true, force: true })
    return result
  } finally {
    lock.release()
  }
}

function jobsOf({ identity, words }: ShardedCommand, folder: string, of: number): Map<string, ShardJob> {
  const name = hash('sha256', JSON.stringify(identity)).slice(0, 8)
  return new Map(
    Array.from({ length: of }, (_, at) => {
      const shard = { number: at + 1, of }
      const key = `${shard.number}-of-${of}-${name}`
      const path = jobPath(folder, key)
      return [key, { shard, key, folder: path, words: words(shard, path) }]
    }),
  )
}

/** Left by a controller that was killed, and then called for something else. */
function refuseStrangers(folder: string, jobs: ReadonlyMap<string, ShardJob>): void {
  for (const key of begunJobs(folder)) {
    if (jobs.has(key)) continue
    const { state, status } = new JobFolder(jobPath(folder, key)).now()
    if (state !== 'running') continue
    const { pid, host } = status!.process!
    throw new Problem(
      'shards-in-use',
      `Process ${pid} on ${host} is at work in ${folder} on another command's shard.`,
      {
        hint: 'Wait for it or end it, or name another -o.',
      },
    )
  }
}

async function work(
  folder: string,
  jobs: ReadonlyMap<string, ShardJob>,
  { executor, most, slurm, cpus }: Sharding,
  signal: AbortSignal,
): Promise<void> {
  const keys = [...jobs.values()].filter(job => new JobFolder(job.folder).now().state !== 'done').map(({ key }) => key)
  if (keys.length === 0) return
  const place = { output: folder, command: ['job', resolve(folder)], most, memory: MEMORY }
  const opened = await openExecutor(executor, place, { cpus, settings: slurm })
  if (keys.length < jobs.size) process.stderr.write(`${jobs.size - keys.length} of ${jobs.size} shards are done.\n`)
  const orderOf = (key: string): WordsOrder => ({ words: jobs.get(key)!.words })
  const onEnd = tellEnds(folder, keys.length, key => nameOf(jobs.get(key)!))
  await workOff({ output: folder, orderOf }, keys, opened, { signal, onEnd })
}
