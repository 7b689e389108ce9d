/** A job's folder: what was asked for, how far it came, its run. The ledger of a sweep is these folders. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import type { Edit } from '../../graphs/language/edits.js'
import { isAlive, isHere, type ProcessName } from '../processes.js'
import { type Job, type SweepPlan, testKey, withRulers } from './plan.js'

/** What a job's process needs to know. */
export interface JobOrder {
  key: string
  arm: string
  seed: number
  /** The config, and its edits as `./earshot train` takes them. */
  base: string
  edits: Edit[]
  tests: { key: string; set: string; label: string; group?: string | undefined; hop: number; rulers: boolean }[]
  threads?: number | undefined
  /** Seconds. */
  time?: number | undefined
}

/** As the job's process writes it. */
export interface JobStatus {
  state: 'running' | 'waiting' | 'done' | 'failed'
  /** `train`, `embed drums`, `probe drums`. */
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
  /** Keys of the evaluations that are there. */
  tests?: string[]
}

/** Stale: it should be running, but its process is dead. */
export type JobState = 'waiting' | 'running' | 'done' | 'failed' | 'stale'

/** A sign of life on another machine is good for this many milliseconds. */
export const SILENCE = 180_000

export class JobFolder {
  constructor(readonly path: string) {}

  file(name: string): string {
    return join(this.path, name)
  }

  get run(): string {
    return this.file('run')
  }

  get log(): string {
    return this.file('log.txt')
  }

  embeddings(testKey: string): string {
    return join(this.run, 'embeddings', `${testKey}.arrow`)
  }

  probe(testKey: string): string {
    return join(this.run, 'probes', `${testKey}.probe.json`)
  }

  /** Told apart from a file that is being replaced: renaming is whole. */
  status(): JobStatus | undefined {
    return readJson(this.file('status.json'))
  }

  write(status: JobStatus): void {
    writeWhole(this.path, 'status.json', status)
  }

  order(): JobOrder | undefined {
    return readJson(this.file('job.json'))
  }

  writeOrder(order: JobOrder): void {
    writeWhole(this.path, 'job.json', order)
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
export const jobFolder = ({ output }: Pick<SweepPlan, 'output'>, key: string) =>
  new JobFolder(join(output, 'jobs', key))

export function orderOf({ base, tests, budget }: SweepPlan, job: Job): JobOrder {
  const { key, arm, seed, edits } = job
  return {
    ...{ key, arm, seed, base: resolve(base), edits, threads: budget.threads, time: budget.time },
    tests: tests.map(test => {
      const { set, label, group, hop } = test
      return { key: testKey(test, job), set, label, group, hop, rulers: withRulers(test, job) }
    }),
  }
}

/** A sweep's folders that there are: one reading of the directory instead of a look for each of many jobs. */
export const startedJobs = ({ output }: Pick<SweepPlan, 'output'>): Set<string> => {
  const folder = join(output, 'jobs')
  return new Set(existsSync(folder) ? readdirSync(folder) : [])
}

export interface JobNow {
  state: JobState
  status: JobStatus | undefined
}

/** How a job stands with regard to a plan: done only if every evaluation that is asked for is there. */
export function stateOf(plan: SweepPlan, job: Job, started: ReadonlySet<string>): JobNow {
  if (!started.has(job.key)) return { state: 'waiting', status: undefined }
  const folder = jobFolder(plan, job.key)
  const status = folder.status()
  if (!status) return { state: 'waiting', status }
  if (status.state === 'running') return { state: folder.isAtWork(status) ? 'running' : 'stale', status }
  if (status.state !== 'done') return { state: status.state, status }
  const whole = plan.tests.every(test => existsSync(folder.probe(testKey(test, job))))
  return { state: whole ? 'done' : 'waiting', status }
}

export function readJson<T>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Written whole or not at all. */
export function writeWhole(folder: string, name: string, value: unknown): void {
  mkdirSync(folder, { recursive: true })
  const temporary = join(folder, `.${name}.${process.pid}`)
  writeFileSync(temporary, `${JSON.stringify(value, null, 1)}\n`)
  renameSync(temporary, join(folder, name))
}
