/** Works off a sweep: starts jobs where there is room, sees how they end, takes up what died. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Executor } from './executor.js'
import { type JobNow, jobFolder, orderOf, startedJobs, stateOf } from './job-folder.js'
import type { Job, SweepPlan } from './plan.js'

export interface RunOptions {
  /** Arms to run; all if absent. */
  only?: readonly string[] | undefined
  /** Takes up failed jobs too. */
  retry?: boolean | undefined
  /** Once aborted nothing is started any more, and what runs is asked to stop. */
  signal: AbortSignal
  /** Told of every job that has ended. */
  onEnd?: ((job: Job, now: JobNow) => void) | undefined
}

/** A job whose process died this often without a word has failed. */
const DEATHS = 4

/** The jobs that a call would run, by key: what is done, or has failed and is not to be tried again, is left. */
export function openJobs(plan: SweepPlan, { only, retry }: Pick<RunOptions, 'only' | 'retry'>): Map<string, Job> {
  const wanted = only && new Set(plan.arms.filter(({ name }) => only.includes(name)).flatMap(arm => keysOf(arm)))
  const started = startedJobs(plan)
  return new Map(
    [...plan.jobs].filter(([key, job]) => {
      if (wanted && !wanted.has(key)) return false
      const { state } = stateOf(plan, job, started)
      return state !== 'done' && (state !== 'failed' || retry === true)
    }),
  )
}

export const keysOf = ({ jobs }: SweepPlan['arms'][number]) => jobs.map(({ key }) => key)

/** Runs `jobs` to their end; a failing one stops no other. */
export async function workOff(
  plan: SweepPlan,
  jobs: ReadonlyMap<string, Job>,
  executor: Executor,
  { signal, onEnd }: RunOptions,
): Promise<void> {
  const waiting = [...jobs.keys()]
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
      const folder = jobFolder(plan, key)
      folder.writeOrder(orderOf(plan, jobs.get(key)!))
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
      const again = await settled(plan, jobs.get(key)!, executor, deaths, asked)
      if (again) queue.unshift(key)
      else onEnd?.(jobs.get(key)!, stateOf(plan, jobs.get(key)!, new Set([key])))
    }
  }
}

/**
 * Whether a job whose process is gone has to be started again. One that was stopped in order, by whomever, goes on; one
 * that dies again and again has failed.
 */
async function settled(
  plan: SweepPlan,
  job: Job,
  executor: Executor,
  deaths: Map<string, number>,
  stopping: boolean,
): Promise<boolean> {
  const { state, status } = stateOf(plan, job, new Set([job.key]))
  if (state === 'done' || state === 'failed' || stopping) return false
  if (state === 'waiting' && status?.reason !== undefined) return true
  const count = (deaths.get(job.key) ?? 0) + 1
  deaths.set(job.key, count)
  if (count < DEATHS) return true
  const folder = jobFolder(plan, job.key)
  const fate = await executor.fate?.(job.key)
  const reason = `its process died ${DEATHS} times without saying why${fate ? `; ${fate}` : ''}`
  folder.write({ ...folder.status(), state: 'failed', reason, log: folder.log })
  return false
}

/** Until the next look; a first Ctrl-C ends it at once. */
async function pause(look: number, signal: AbortSignal, asked: boolean): Promise<void> {
  await sleep(look, undefined, asked ? {} : { signal }).catch(() => {})
}
