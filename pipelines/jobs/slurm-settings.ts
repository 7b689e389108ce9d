/** What is asked of Slurm for each job: under `slurm` in a sweep file, or in a file of its own. */
import { z } from 'zod'
import { duration, memory } from '../../data/quantities.js'

const text = z.string().min(1)

export const slurmSettings = z.strictObject({
  partition: text.optional().describe("the cluster's usual one if absent"),
  time: duration({ min: 300, max: 3e6 })
    .optional()
    .describe('limit of a job at a stretch; one that is not done then goes back to the queue and goes on later'),
  memory: memory.optional().describe('of a job; budget.memory of a sweep, or 2 GB, if absent'),
  cpus: z.int().min(1).max(256).optional().describe('processors of a job; as many as it has threads if absent'),
  options: z.array(text).default([]).describe('further options of sbatch, such as --account=sound'),
})

export type SlurmSettings = z.output<typeof slurmSettings>
