/** What a command asks of a scheduler for each of its jobs, as a file of its own. */
import type { z } from 'zod'
import { Problem, Problems } from '../../data/problem.js'
import { whyUnread } from '../../data/system-problem.js'
import { readYamlFile } from '../../graphs/language/read-yaml.js'
import { checkSettings } from '../../graphs/language/settings.js'
import { kubernetesSettings } from './kubernetes-job.js'
import { slurmSettings } from './slurm-settings.js'

const FILES = {
  slurm: { schema: slurmSettings, example: '{ partition: cpu, time: 4 h, memory: 8 GB, cpus: 4 }' },
  kubernetes: {
    schema: kubernetesSettings,
    example: '{ image: registry/earshot, claim: sounds, memory: 8 GB, cpus: 4 }',
  },
}

type Settings<Name extends keyof typeof FILES> = z.output<(typeof FILES)[Name]['schema']>

/**
 * @param of whose settings they are: the keys under `slurm` of a sweep file, or those of a Job of Kubernetes
 * @throws Problem if there is no such file; Problems, all that are wrong with it
 */
export async function readSettingsFile<Name extends keyof typeof FILES>(
  file: string,
  of: Name,
): Promise<Settings<Name>> {
  const { schema, example } = FILES[of]
  const hint = `Such a file says, for example: ${example}`
  const { tree, problems } = await readYamlFile(file).catch((error: unknown) => {
    throw new Problem(`no-${of}-file`, `${file}: ${whyUnread(error)}.`, { place: { file }, hint })
  })
  if (!tree) throw new Problems(problems.map(problem => ofSettings(problem, hint)))
  const owner = { owner: of, word: 'setting', path: [] } as const
  const settings = checkSettings(tree, schema, owner, problems) as Settings<Name> | undefined
  if (!settings || problems.length > 0) throw new Problems(problems)
  return settings
}

/** Of a file that is no map at all. */
function ofSettings({ code, message, place }: Problem, hint: string): Problem {
  const words = ['empty-document', 'not-a-map'].includes(code) ? 'The file holds no settings.' : message
  return new Problem(code, words, { place, hint })
}
