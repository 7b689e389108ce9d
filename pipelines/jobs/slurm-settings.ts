/** What is asked of Slurm for each job: under `slurm` in a sweep file, or in a file of its own. */
import { z } from 'zod'
import { Problem, Problems } from '../../data/problem.js'
import { duration, memory } from '../../data/quantities.js'
import { readYamlFile } from '../../graphs/language/read-yaml.js'
import { checkSettings } from '../../graphs/language/settings.js'

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

const EXAMPLE = 'Such a file says, for example: { partition: cpu, time: 4 h, memory: 8 GB, cpus: 4 }'

/** @throws Problem if there is no such file; Problems, all that are wrong with it */
export async function readSlurmFile(file: string): Promise<SlurmSettings> {
  const { tree, problems } = await readYamlFile(file).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'There is no such file.' : error.message
    throw new Problem('no-slurm-file', why, { place: { file }, hint: EXAMPLE })
  })
  if (!tree) throw new Problems(problems.map(problem => ofSettings(problem)))
  const owner = { owner: 'slurm', word: 'setting', path: [] } as const
  const settings = checkSettings(tree, slurmSettings, owner, problems) as SlurmSettings | undefined
  if (!settings || problems.length > 0) throw new Problems(problems)
  return settings
}

/** Of a file that is no map at all. */
function ofSettings({ code, message, place }: Problem): Problem {
  const words = ['empty-document', 'not-a-map'].includes(code) ? 'The file holds no settings.' : message
  return new Problem(code, words, { place, hint: EXAMPLE })
}
