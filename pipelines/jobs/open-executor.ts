/** Where the jobs of a folder run: on this machine, or through Slurm. */
import { Problem } from '../../data/problem.js'
import { suggestion } from '../../graphs/language/nearest-name.js'
import { EXECUTORS, type Executor, type ExecutorName, type Workplace } from './executor.js'
import { LocalExecutor } from './local-executor.js'
import { SlurmExecutor } from './slurm-executor.js'
import type { SlurmSettings } from './slurm-settings.js'

/** @throws Problem if there is no such executor */
export function executorNamed(given: string): ExecutorName {
  const executor = EXECUTORS.find(name => name === given)
  if (executor) return executor
  throw new Problem('bad-option', `There is no executor '${given}'. ${suggestion(given, EXECUTORS)}`.trimEnd())
}

/**
 * @param cpus processors of a job, if the settings of Slurm do not say
 * @throws Problem if Slurm is asked for, and is not here or refuses such jobs
 */
export async function openExecutor(
  executor: ExecutorName,
  place: Workplace,
  { cpus, settings }: { cpus: number; settings: SlurmSettings },
): Promise<Executor> {
  return executor === 'local' ? new LocalExecutor(place) : SlurmExecutor.open({ ...place, cpus, settings })
}
