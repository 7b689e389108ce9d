/** `--shard` and `--shards`, alike for every verb that goes through a list of recordings. */
import { availableParallelism } from 'node:os'
import type { Command } from 'commander'
import { z } from 'zod'
import { Problem } from '../../data/problem.js'
import type { Sharding } from '../jobs/run-shards.js'
import { readShard, type Shard } from '../jobs/shard.js'

/** @param together how shards that were made one by one are put together */
export const shardOptions = (together: string) => ({
  shards: z
    .int()
    .min(1)
    .optional()
    .describe('in so many shards, each a process of its own; those that are done are not done again'),
  executor: z
    .string()
    .default('local')
    .describe('where shards run: local (as processes of this machine) or slurm')
    .meta({ value: 'name' }),
  maxParallel: z.int().min(1).optional().describe('shards side by side; one here, all in Slurm if not given'),
  slurm: z
    .string()
    .optional()
    .describe('what a shard gets of Slurm: the keys under slurm of a sweep file')
    .meta({ value: 'file' }),
  shard: z
    .string()
    .optional()
    .describe(`this share of the recordings alone, such as 3/16; ${together}`)
    .meta({ value: 'part/parts' }),
})

type ShardFlags = z.output<z.ZodObject<ReturnType<typeof shardOptions>>>

/**
 * Processors are those of Slurm's settings, else `workers`, else 2; on this machine each shard has its part of them.
 *
 * @param workers as asked for
 * @returns one shard, or all of them, or neither
 * @throws Problem of options that do not go together
 */
export async function readSharding(
  flags: ShardFlags,
  workers?: number,
): Promise<{ shard?: Shard; sharding?: Sharding }> {
  if (flags.shard !== undefined && flags.shards !== undefined)
    throw new Problem('bad-option', '--shard makes one shard, --shards makes all of them: name one of the two.')
  if (flags.shard !== undefined) return { shard: readShard(flags.shard) }
  if (flags.shards === undefined) {
    const idle = (['slurm', 'maxParallel'] as const).find(name => flags[name] !== undefined)
    if (idle === undefined && flags.executor === 'local') return {}
    const name = { slurm: '--slurm', maxParallel: '--max-parallel' }[idle!] ?? '--executor'
    throw new Problem('bad-option', `${name} says how shards run: say how many with --shards 16, too.`)
  }
  const [{ executorNamed }, { readSlurmFile, slurmSettings }] = await Promise.all([
    import('../jobs/executor.js'),
    import('../jobs/slurm-settings.js'),
  ])
  const { shards, maxParallel: most } = flags
  const executor = executorNamed(flags.executor)
  if (flags.slurm !== undefined && executor === 'local')
    throw new Problem('bad-option', '--slurm says what a shard gets of Slurm: add --executor slurm.')
  const slurm = flags.slurm === undefined ? slurmSettings.parse({}) : await readSlurmFile(flags.slurm)
  if (executor === 'slurm')
    return { sharding: { shards, executor, most: most ?? shards, slurm, cpus: slurm.cpus ?? workers ?? 2 } }
  const cpus = workers ?? Math.max(1, Math.floor(availableParallelism() / (most ?? 1)))
  return { sharding: { shards, executor, most: most ?? 1, slurm, cpus } }
}

/** The options that were typed, as they are typed again, without those of shards and some others. */
export function typedOptions(command: Command, without: readonly string[]): string[] {
  const own = ['shard', 'shards', 'executor', 'maxParallel', 'slurm', ...without]
  return command.options.flatMap(option => {
    const name = option.attributeName()
    if (own.includes(name) || command.getOptionValueSource(name) !== 'cli') return []
    const value: unknown = command.getOptionValue(name)
    if (typeof value === 'boolean') return value === option.negate ? [] : [option.long!]
    return [option.long!, String(value)]
  })
}
