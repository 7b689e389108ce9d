/** What a command asks of Slurm for each of its jobs, as a file of its own: the keys under `slurm` of a sweep file. */
import { Problem, Problems } from '../../data/problem.js'
import { readYamlFile } from '../../graphs/language/read-yaml.js'
import { checkSettings } from '../../graphs/language/settings.js'
import { type SlurmSettings, slurmSettings } from './slurm-settings.js'

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
