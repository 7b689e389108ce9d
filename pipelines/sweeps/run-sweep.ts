/** A sweep from plan to results: one controller at a time, and whatever happens the ledger is right. */
import { basename, join } from 'node:path'
import { cacheFolder } from '../../data/cache-folder.js'
import { Problem } from '../../data/problem.js'
import { makeFolder } from '../../data/whole-file.js'
import { tellEnds, workOff } from '../jobs/controller.js'
import { readJson, writeJson } from '../jobs/job-folder.js'
import { tryLock } from '../jobs/process-lock.js'
import { wasInterrupted } from '../terminal/interrupt.js'
import { command } from '../terminal/say.js'
import { jobList, keysOf, openExecutor, openJobs } from './open-jobs.js'
import type { SweepPlan } from './plan.js'
import { prepareForAll } from './prepare-features.js'

export interface SweepOptions {
  only?: readonly string[] | undefined
  retry?: boolean | undefined
  /** Jobs side by side; budget.jobs-at-once if absent. */
  most?: number | undefined
  signal: AbortSignal
}

/** Runs what is open. @throws Problem if another process runs this sweep */
export async function runSweep(plan: SweepPlan, { only, retry, most, signal }: SweepOptions): Promise<void> {
  const lock = lockSweep(plan)
  try {
    refuseOther(plan)
    writeLedger(plan)
    const jobs = openJobs(plan, { only, retry })
    const atOnce = most ?? plan.budget['jobs-at-once']
    const executor = await openExecutor(plan, atOnce)
    if (jobs.size > 1 && atOnce > 1)
      await prepareForAll(plan, jobs.values(), cacheFolder(), signal).catch(error => {
        // jobs of an earlier controller are still to be stopped
        if (!wasInterrupted(error, signal)) throw error
      })
    const onEnd = tellEnds(plan.output, jobs.size, key => nameOf(plan, key))
    await workOff(jobList(plan), jobs.keys(), executor, { signal, onEnd })
  } finally {
    lock.release()
  }
}

/** @throws Problem `sweep-in-use` */
export function lockSweep({ output, file }: Pick<SweepPlan, 'output' | 'file'>): { release(): void } {
  makeFolder(output)
  const lock = tryLock(join(output, 'lock'))
  if (!('holder' in lock)) return lock
  const { pid, host } = lock.holder
  throw new Problem('sweep-in-use', `Process ${pid} on ${host} is running the sweep in ${output}.`, {
    hint: `Look at it: ${command`./earshot sweep plan ${file}`}. Or run another sweep elsewhere: --output FOLDER\nIf that process is on another machine and dead, delete ${join(output, 'lock')}.`,
  })
}

/** The tables of a folder are of one sweep. @throws Problem `other-sweep` */
function refuseOther({ output, name, file }: SweepPlan): void {
  const there = readJson<{ name: string; file: string }>(join(output, 'sweep.json'))
  if (there === undefined || (there.name === name && basename(there.file) === basename(file))) return
  throw new Problem(
    'other-sweep',
    `${output} holds the sweep '${there.name}' of ${there.file}; '${name}' would take its place.`,
    {
      place: { file },
      hint: 'Give this one a folder of its own (--output FOLDER), or a name of its own (name: ...) in its file.',
    },
  )
}

/** `sweep.json`: which arms there are, and which job stands for each seed. */
function writeLedger(plan: SweepPlan): void {
  const { name, file, base, against, arms, tests, claims, budget, executor, slurm } = plan
  const ledger = { format: 1, name, file, base, against, arms, tests, claims, budget, executor, slurm }
  writeJson(plan.output, 'sweep.json', ledger)
}

/** `base (also twin), seed 3` */
function nameOf({ jobs, arms }: SweepPlan, key: string): string {
  const { arm, seed } = jobs.get(key)!
  const others = arms.filter(one => one.name !== arm && keysOf(one).includes(key)).map(({ name }) => name)
  return `${arm}${others.length > 0 ? ` (also ${others.join(', ')})` : ''}, seed ${seed}`
}
