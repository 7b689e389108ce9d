/** Shards as an Indexed Job of Kubernetes: a manifest to read, to change and to hand to kubectl. */
import { z } from 'zod'
import { memory } from '../../data/quantities.js'

export const kubernetesSettings = z.strictObject({
  image: z.string().min(1).describe('container image that has Earshot'),
  claim: z
    .string()
    .min(1)
    .optional()
    .describe('PersistentVolumeClaim with runs and sounds, where shards are written, too'),
  at: z
    .string()
    .startsWith('/')
    .default('/data')
    .describe('where the claim is mounted: the folder that the command runs in'),
  namespace: z.string().min(1).optional(),
  cpus: z.int().min(1).max(256).optional().describe('processors of a shard'),
  memory: memory.default(2e9).describe('of a shard'),
  retries: z.int().min(0).default(3).describe('how often a shard is begun again that was ended from outside'),
})

export type KubernetesSettings = z.output<typeof kubernetesSettings>

export interface ShardsElsewhere {
  /** Of the job. */
  name: string
  /** Words of the command line behind `earshot`. */
  words: readonly string[]
  shards: number
  /** Side by side. */
  most: number
  cpus: number
}

/** What Earshot ends with when a person has to mend something: the same again would end the same. */
const NEVER_HEALS = 1

/**
 * A shard that ends with 1 has failed for good; one that was evicted, preempted, or killed for memory begins again.
 *
 * @returns the manifest, by the schema of batch/v1
 */
export function kubernetesJob({ name, words, shards, most, cpus }: ShardsElsewhere, settings: KubernetesSettings) {
  const { image, claim, at, namespace, retries } = settings
  const resources = { cpu: String(settings.cpus ?? cpus), memory: `${Math.ceil(settings.memory / 2 ** 20)}Mi` }
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, ...(namespace && { namespace }) },
    spec: {
      completionMode: 'Indexed',
      completions: shards,
      parallelism: Math.min(most, shards),
      backoffLimitPerIndex: retries,
      maxFailedIndexes: shards,
      podFailurePolicy: {
        rules: [
          { action: 'FailIndex', onExitCodes: { containerName: 'earshot', operator: 'In', values: [NEVER_HEALS] } },
          { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
        ],
      },
      template: {
        spec: {
          restartPolicy: 'Never',
          containers: [
            {
              name: 'earshot',
              image,
              command: ['earshot', ...words],
              ...(claim && { workingDir: at, volumeMounts: [{ name: 'data', mountPath: at }] }),
              resources: { requests: resources, limits: { memory: resources.memory } },
            },
          ],
          ...(claim && { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: claim } }] }),
        },
      },
    },
  }
}
