/** A job's folder: what was asked for, how far it came, what it said. The ledger of a list of jobs is these folders. */
import { existsSync, readdirSync, readFileSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Problem } from '../../data/problem.js'
import { makeFolder, writeWhole } from '../../data/whole-file.js'
import { tryLock } from './process-lock.js'
import { isAlive, isHere, type ProcessName } from './processes.js'

/** As the job's process writes it. */
export interface JobStatus {
  state: 'running' | 'waiting' | 'done' | 'failed'
  /** What the job does now, if it has several parts: `train`, `embed drums`. */
  phase?: string
  process?: ProcessName
  /** Process of the command line that works for the job now. */
  child?: ProcessName | undefined
  /** ISO 8601. */
  started?: string
  ended?: string
  /** Seconds of work, over all attempts. */
  seconds?: number
  reason?: string
  log?: string
}

/** Stale: it should be running, but its process is dead. */
export type JobState = 'waiting' | 'running' | 'done' | 'failed' | 'stale'

export interface JobNow {
  state: JobState
  status: JobStatus | undefined
}

/** A sign of life on another machine is good for this many milliseconds. */
export const SILENCE = 180_000

export class JobFolder<Order extends object> {
  constructor(readonly path: string) {}

  file(name: string): string {
    return join(this.path, name)
  }

  get log(): string {
    return this.file('log.txt')
  }

  /** Undefined before the first; never half of one, as it is replaced by renaming. */
  status(): JobStatus | undefined {
    return readJson(this.file('status.json'))
  }

  write(status: JobStatus): void {
    writeJson(this.path, 'status.json', status)
  }

  order(): Order | undefined {
    return readJson(this.file('job.json'))
  }

  writeOrder(order: Order): void {
    writeJson(this.path, 'job.json', order)
  }

  /** How the job stands. */
  now(): JobNow {
    const status = this.status()
    if (!status) return { state: 'waiting', status }
    if (status.state === 'running') return { state: this.isAtWork(status) ? 'running' : 'stale', status }
    return { state: status.state, status }
  }

  /** Says to other machines that the job is alive. */
  sayAlive(): void {
    const now = new Date()
    utimesSync(this.file('status.json'), now, now)
  }

  /** When a process at work last said so, in milliseconds; 0 if none ever did. */
  get lastSign(): number {
    const file = this.file('status.json')
    return existsSync(file) ? statSync(file).mtimeMs : 0
  }

  /** Whether the process that a status names is at work. */
  isAtWork({ process }: JobStatus): boolean {
    if (!process) return false
    if (isHere(process)) return isAlive(process)
    return Date.now() - this.lastSign < SILENCE
  }
}

/** `<output>/jobs/<key>` */
export const jobPath = (output: string, key: string): string => join(output, 'jobs', key)

/** Keys of the jobs that were ever begun: one reading of the directory instead of a look for each of many jobs. */
export function begunJobs(output: string): Set<string> {
  const folder = join(output, 'jobs')
  return new Set(existsSync(folder) ? readdirSync(folder) : [])
}

export function readJson<T>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Written whole or not at all, its folder too if there is none. @throws Problem `disk-full`, `not-writable` */
export function writeJson(folder: string, name: string, value: unknown): void {
  makeFolder(folder)
  writeWhole(join(folder, name), `${JSON.stringify(value, null, 1)}\n`)
}

/**
 * The job's lock. Of a holder on another machine nobody can tell from here whether it is dead: it is once it has given no
 * sign of life for a while, as when that machine was lost and a batch system has started the job on this one.
 *
 * @param signal once aborted, no such holder is waited for any more
 * @returns what gives it free again. @throws Problem `job-in-use`
 */
export async function lockJob(folder: JobFolder<object>, signal?: AbortSignal): Promise<() => void> {
  const file = folder.file('lock')
  let lock = tryLock(file)
  if ('holder' in lock && !isHere(lock.holder)) {
    const sign = folder.lastSign
    while (Date.now() - sign < SILENCE && folder.lastSign === sign && !signal?.aborted) await sleep(1000)
    if (Date.now() - sign >= SILENCE && folder.lastSign === sign) lock = tryLock(file, lock.holder)
  }
  if ('release' in lock) return lock.release
  const { pid, host } = lock.holder
  throw new Problem('job-in-use', `Process ${pid} on ${host} is at work in ${folder.path}.`)
}
