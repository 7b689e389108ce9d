/** Works off a list of jobs: starts them where there is room, sees how they end, starts again what has died. */
import { setTimeout as sleep } from 'node:timers/promises'
import { inWords } from '../terminal/numbers.js'
import type { Executor, ExecutorName, Workplace } from './executor.js'
import { JobFolder, type JobNow, jobPath } from './job-folder.js'
import { LocalExecutor } from './local-executor.js'
import { SlurmExecutor } from './slurm-executor.js'
import type { SlurmSettings } from './slurm-settings.js'

/** What jobs are, as far as it matters for running them. */
export interface JobList {
  /** A job's folder is `<output>/jobs/<key>`. */
  output: string
  /** What a job's process needs to know; it lies in the folder before the job is started. */
  orderOf(key: string): object
  /** How a job stands; as its status says, if nothing more is known. */
  stateOf?(key: string): JobNow
}

export interface WorkOptions {
  /** Once aborted nothing is started any more, and what runs is asked to stop. */
  signal: AbortSignal
  /** Told of every job that has ended. */
  onEnd?: ((key: string, now: JobNow) => void) | undefined
}

/** A job whose process died this often without a word has failed. */
const DEATHS = 4

/**
 * Where jobs run: processes of this machine, or Slurm.
 *
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

/** Runs the jobs of these keys to their end, also failed ones; one that fails stops no other. */
export async function workOff(
  list: JobList,
  keys: Iterable<string>,
  executor: Executor,
  { signal, onEnd }: WorkOptions,
): Promise<void> {
  const waiting = [...keys]
  const underWay = new Set<string>()
  const deaths = new Map<string, number>()
  let asked = false
  const adopted = await executor.alive(waiting)
  for (const key of adopted) underWay.add(key)
  const queue = waiting.filter(key => !adopted.has(key))
  while (underWay.size > 0 || (queue.length > 0 && !signal.aborted)) {
    if (signal.aborted && !asked) {
      asked = true
      await executor.stop([...underWay])
    }
    const room = signal.aborted ? 0 : executor.room(underWay.size)
    const next = queue.splice(0, room)
    for (const key of next) {
      const folder = folderOf(list, key)
      folder.writeOrder(list.orderOf(key))
      const before = folder.status()
      // what an earlier attempt left says nothing of this one
      if (before) folder.write({ ...before, state: 'waiting', reason: undefined } as typeof before)
      underWay.add(key)
    }
    if (next.length > 0) await executor.start(next)
    await pause(executor.look, signal, asked)
    const alive = await executor.alive([...underWay])
    for (const key of underWay) {
      if (alive.has(key)) continue
      underWay.delete(key)
      if (await mustRunAgain(list, key, executor, deaths, asked)) queue.unshift(key)
      else onEnd?.(key, nowOf(list, key))
    }
  }
}

const folderOf = ({ output }: JobList, key: string) => new JobFolder<object>(jobPath(output, key))

const nowOf = (list: JobList, key: string) => list.stateOf?.(key) ?? folderOf(list, key).now()

/**
 * Whether a job whose process is gone has to be started again. One that was stopped in order, by whomever, goes on; one
 * that dies again and again has failed.
 */
async function mustRunAgain(
  list: JobList,
  key: string,
  executor: Executor,
  deaths: Map<string, number>,
  stopping: boolean,
): Promise<boolean> {
  const { state, status } = nowOf(list, key)
  if (state === 'done' || state === 'failed' || stopping) return false
  if (state === 'waiting' && status?.reason !== undefined) return true
  const count = (deaths.get(key) ?? 0) + 1
  deaths.set(key, count)
  if (count < DEATHS) return true
  const folder = folderOf(list, key)
  const fate = await executor.fate?.(key)
  const reason = `its process died ${DEATHS} times without saying why${fate ? `; ${fate}` : ''}`
  folder.write({ ...folder.status(), state: 'failed', reason, log: folder.log })
  return false
}

/** Until the next look; a first Ctrl-C ends it at once. */
async function pause(look: number, signal: AbortSignal, asked: boolean): Promise<void> {
  await sleep(look, undefined, asked ? {} : { signal }).catch(() => {})
}

/**
 * Prints a line for each job that has ended, with the time left.
 *
 * @param total jobs that there are to run
 * @param nameOf what a job is called
 * @returns to be called for each job that has ended, whichever way
 */
export function tellEnds(output: string, total: number, nameOf: (key: string) => string) {
  const began = Date.now()
  let ended = 0
  return (key: string, { state, status }: JobNow): void => {
    if (state === 'waiting') return
    ended++
    const left = ((Date.now() - began) / 1000 / ended) * (total - ended)
    const took = status?.seconds === undefined ? '' : ` in ${inWords(status.seconds)}`
    const log = new JobFolder(jobPath(output, key)).log
    const why = state === 'failed' ? `: ${status?.reason} (${log})` : ''
    const rest = ended < total ? `  about ${inWords(left)} left` : ''
    const place = String(ended).padStart(String(total).length)
    process.stderr.write(`[${place}/${total}] ${nameOf(key)}: ${state}${took}${why}${rest}\n`)
  }
}
