/** Where a sweep's jobs run: as its file says, or as the command line says instead. */
import { resolve } from 'node:path'
import { Problem } from '../../data/problem.js'
import type { Executor } from '../jobs/executor.js'
import { executorNamed, openExecutor as open } from '../jobs/open-executor.js'
import type { SweepPlan } from './plan.js'

/** @throws Problem if there is no such executor, or it cannot run this sweep */
export function runBy(plan: SweepPlan, given: string | undefined): SweepPlan {
  const executor = executorNamed(given ?? plan.executor)
  if (executor === 'slurm' && plan.budget.threads === undefined)
    throw new Problem('no-threads', 'Slurm has to know how many processors a job needs.', {
      place: { file: plan.file, path: 'budget.threads' },
      hint: 'Say how many threads each job has: budget: { threads: 2 }. Its figures are then the same wherever it runs.',
    })
  return { ...plan, executor }
}

/** @param most jobs side by side. @throws Problem if Slurm is asked for, and is not here or refuses such jobs */
export async function openExecutor({ output, budget, executor, slurm }: SweepPlan, most: number): Promise<Executor> {
  const place = { output, command: ['sweep', 'job', resolve(output)], most, memory: budget.memory }
  return open(executor, place, { cpus: budget.threads ?? 1, settings: slurm })
}
