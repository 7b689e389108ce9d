/** A sweep from plan to results: one controller at a time, and whatever happens the ledger is right. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from '../../data/cache-folder.js'
import { Problem } from '../../data/problem.js'
import { tryLock } from '../process-lock.js'
import { shellWord } from '../shell-word.js'
import { keysOf, openJobs, workOff } from './controller.js'
import { type JobNow, jobFolder, writeWhole } from './job-folder.js'
import { openExecutor } from './open-executor.js'
import type { Job, SweepPlan } from './plan.js'
import { prepareForAll } from './prepare-features.js'
import { inWords } from './trial.js'

export interface SweepOptions {
  only?: readonly string[] | undefined
  retry?: boolean | undefined
  /** Jobs side by side; budget.jobs-at-once if absent. */
  most?: number | undefined
  signal: AbortSignal
}

/** Runs what is open. @throws Problem if another process runs this sweep */
export async function runSweep(plan: SweepPlan, { only, retry, most, signal }: SweepOptions): Promise<void> {
  mkdirSync(plan.output, { recursive: true })
  const lock = tryLock(join(plan.output, 'lock'))
  if ('holder' in lock) {
    const { pid, host } = lock.holder
    throw new Problem('sweep-in-use', `Process ${pid} on ${host} is running the sweep in ${plan.output}.`, {
      hint: `Look at it: ./earshot sweep plan ${shellWord(plan.file)}. Or run another sweep elsewhere: --output FOLDER\nIf that process is on another machine and dead, delete ${join(plan.output, 'lock')}.`,
    })
  }
  try {
    writeLedger(plan)
    const jobs = openJobs(plan, { only, retry })
    const atOnce = most ?? plan.budget['jobs-at-once']
    const executor = await openExecutor(plan, atOnce)
    if (jobs.size > 1 && atOnce > 1) await prepareForAll(plan, jobs.values(), cacheFolder(), signal)
    await workOff(plan, jobs, executor, { signal, onEnd: lines(plan, jobs.size) })
  } finally {
    lock.release()
  }
}

/** `sweep.json`: which arms there are, and which job stands for each seed. */
function writeLedger(plan: SweepPlan): void {
  const { name, file, base, against, arms, tests, budget, executor, slurm } = plan
  const ledger = { format: 1, name, file, base, against, arms, tests, budget, executor, slurm }
  writeWhole(plan.output, 'sweep.json', ledger)
}

/** A line for each job that has ended, with the time left. */
function lines(plan: SweepPlan, total: number): (job: Job, now: JobNow) => void {
  const began = Date.now()
  let ended = 0
  return ({ key, arm, seed }, { state, status }) => {
    if (state === 'waiting') return
    ended++
    const left = ((Date.now() - began) / 1000 / ended) * (total - ended)
    const others = plan.arms.filter(one => one.name !== arm && keysOf(one).includes(key)).map(({ name }) => name)
    const also = others.length > 0 ? ` (also ${others.join(', ')})` : ''
    const took = status?.seconds === undefined ? '' : ` in ${inWords(status.seconds)}`
    const why = state === 'failed' ? `: ${status?.reason} (${jobFolder(plan, key).log})` : ''
    const rest = ended < total ? `  about ${inWords(left)} left` : ''
    const place = String(ended).padStart(String(total).length)
    process.stderr.write(`[${place}/${total}] ${arm}${also}, seed ${seed}: ${state}${took}${why}${rest}\n`)
  }
}
