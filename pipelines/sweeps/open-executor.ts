/** Where a sweep's jobs run: as its file says, or as the command line says instead. */
import { Problem } from '../../data/problem.js'
import { suggestion } from '../../graphs/language/nearest-name.js'
import type { Executor } from './executor.js'
import { LocalExecutor } from './local-executor.js'
import type { SweepPlan } from './plan.js'
import { SlurmExecutor } from './slurm-executor.js'
import { EXECUTORS, type ExecutorName } from './sweep-file.js'

/** @throws Problem if there is no such executor, or it cannot run this sweep */
export function runBy(plan: SweepPlan, given: string | undefined): SweepPlan {
  const executor = EXECUTORS.find(name => name === (given ?? plan.executor)) as ExecutorName | undefined
  if (!executor)
    throw new Problem('bad-option', `There is no executor '${given}'. ${suggestion(given!, EXECUTORS)}`.trimEnd())
  if (executor === 'slurm' && plan.budget.threads === undefined)
    throw new Problem('no-threads', 'Slurm has to know how many processors a job needs.', {
      place: { file: plan.file, path: 'budget.threads' },
      hint: 'Say how many threads each job has: budget: { threads: 2 }. Its figures are then the same wherever it runs.',
    })
  return { ...plan, executor }
}

/** @param most jobs side by side. @throws Problem if Slurm is asked for, and is not here or refuses such jobs */
export async function openExecutor({ output, budget, executor, slurm }: SweepPlan, most: number): Promise<Executor> {
  const { memory, threads } = budget
  if (executor === 'local') return new LocalExecutor({ output, most, memory })
  return SlurmExecutor.open({ output, most, memory, cpus: threads!, settings: slurm })
}
