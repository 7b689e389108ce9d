/** `--shard` and `--shards`, alike for every verb that goes through a list of recordings. */
import { availableParallelism } from 'node:os'
import type { Command } from 'commander'
import { z } from 'zod'
import { Problem } from '../../data/problem.js'
import { option, text } from '../configuration/options.js'
import type { Sharding } from '../jobs/run-shards.js'
import { readShard, type Shard } from '../jobs/shard.js'

/** @param together how shards that were made one by one are put together */
export const shardOptions = (together: string) => ({
  shards: z
    .int()
    .min(1)
    .optional()
    .describe('in so many shards, each a process of its own; those that are done are not done again'),
  executor: option(
    'name',
    'where shards run: local (as processes of this machine), slurm, or kubernetes with --print',
    z.string().default('local'),
  ),
  maxParallel: z.int().min(1).optional().describe('shards side by side; one here, all in Slurm if not given'),
  slurm: text('file', 'what a shard gets of Slurm: the keys under slurm of a sweep file'),
  kubernetes: text('file', 'what a shard gets of Kubernetes: image, claim, at, namespace, cpus, memory, retries'),
  print: z.boolean().optional().describe('with --executor kubernetes: write the Job for kubectl, start nothing'),
  shard: text(
    'part/parts',
    `this share of the recordings alone, such as 3/16; auto or auto/16: the one that an array job gives this process; ${together}`,
  ),
})

type ShardFlags = z.output<z.ZodObject<ReturnType<typeof shardOptions>>>

/**
 * Processors are those of Slurm's settings, else `workers`, else 2; on this machine each shard has its part of them.
 *
 * @param workers as asked for
 * @returns one shard, or all of them, or what writes a Job that makes them, or nothing of this
 * @throws Problem of options that do not go together
 */
export async function readSharding(
  flags: ShardFlags,
  workers?: number,
): Promise<{ shard?: Shard; sharding?: Sharding; manifest?: (name: string, words: readonly string[]) => string }> {
  if (flags.shard !== undefined && flags.shards !== undefined)
    throw new Problem('bad-option', '--shard makes one shard, --shards makes all of them: name one of the two.')
  if (flags.shard !== undefined) return { shard: readShard(flags.shard) }
  if (flags.shards === undefined) {
    const idle = (['slurm', 'kubernetes', 'print', 'maxParallel'] as const).find(name => flags[name] !== undefined)
    if (idle === undefined && flags.executor === 'local') return {}
    const name =
      { slurm: '--slurm', kubernetes: '--kubernetes', print: '--print', maxParallel: '--max-parallel' }[idle!] ??
      '--executor'
    throw new Problem('bad-option', `${name} says how shards run: say how many with --shards 16, too.`)
  }
  const { shards, maxParallel: most } = flags
  if (flags.executor === 'kubernetes') return { manifest: await kubernetesManifest({ ...flags, shards }, workers) }
  if (flags.kubernetes !== undefined || flags.print)
    throw new Problem('bad-option', '--kubernetes and --print write a Job: add --executor kubernetes.')
  const { executorNamed } = await import('../jobs/executor.js')
  const { slurmSettings } = await import('../jobs/slurm-settings.js')
  const { readSettingsFile } = await import('../jobs/settings-file.js')
  const executor = executorNamed(flags.executor)
  if (flags.slurm !== undefined && executor === 'local')
    throw new Problem('bad-option', '--slurm says what a shard gets of Slurm: add --executor slurm.')
  const slurm = flags.slurm === undefined ? slurmSettings.parse({}) : await readSettingsFile(flags.slurm, 'slurm')
  if (executor === 'slurm')
    return { sharding: { shards, executor, most: most ?? shards, slurm, cpus: slurm.cpus ?? workers ?? 2 } }
  const cpus = workers ?? Math.max(1, Math.floor(availableParallelism() / (most ?? 1)))
  return { sharding: { shards, executor, most: most ?? 1, slurm, cpus } }
}

/** What writes an Indexed Job, a shard a pod. @throws Problem */
async function kubernetesManifest(
  { shards, maxParallel, print, kubernetes }: ShardFlags & { shards: number },
  workers: number | undefined,
) {
  const hint = 'Say for example: --executor kubernetes --kubernetes cluster.yaml --print | kubectl apply -f -'
  if (!print) throw new Problem('bad-option', 'Jobs of Kubernetes are written, not started: add --print.', { hint })
  if (kubernetes === undefined)
    throw new Problem('bad-option', '--executor kubernetes needs a container image: name a file with --kubernetes.', {
      hint,
    })
  const { readSettingsFile } = await import('../jobs/settings-file.js')
  const { kubernetesJob } = await import('../jobs/kubernetes-job.js')
  const { stringify } = await import('yaml')
  const settings = await readSettingsFile(kubernetes, 'kubernetes')
  return (name: string, words: readonly string[]) => {
    const shard = ['--shard', `auto/${shards}`]
    const elsewhere = { name, words: [...words, ...shard], shards, most: maxParallel ?? shards, cpus: workers ?? 2 }
    return stringify(kubernetesJob(elsewhere, settings), { lineWidth: 0 })
  }
}

/** The options that were typed, as they are typed again, without those of shards and some others. */
export function typedOptions(command: Command, without: readonly string[]): string[] {
  const own = ['shard', 'shards', 'executor', 'maxParallel', 'slurm', 'kubernetes', 'print', ...without]
  return command.options.flatMap(option => {
    const name = option.attributeName()
    if (own.includes(name) || command.getOptionValueSource(name) !== 'cli') return []
    const value: unknown = command.getOptionValue(name)
    if (typeof value === 'boolean') return value === option.negate ? [] : [option.long!]
    return [option.long!, String(value)]
  })
}
