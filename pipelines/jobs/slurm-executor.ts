/** Jobs as arrays of Slurm. They go on without the controller; the next one finds them in the queue by their names. */
import { Problem } from '../../data/problem.js'
import { plural } from '../terminal/numbers.js'
import type { Executor } from './executor.js'
import { JobFolder, jobPath } from './job-folder.js'
import {
  type ArrayOptions,
  noteSubmission,
  resourceWords,
  sbatchWords,
  writeArray,
  writtenArrays,
} from './slurm-array.js'
import { fateOf, longestArray, sbatch, scancel, squeue, type Task } from './slurm-commands.js'

/** Milliseconds between two looks at the queue, which all users of a cluster share; closer while jobs are stopping. */
const QUEUE = 10_000
const STOPPING = 2000
/** Milliseconds for which Slurm may give no answer before that is an error. */
const SILENCE = 600_000
/** Tasks at most in an array, though a cluster may take more. */
const LONGEST = 1000
/** Reasons to wait that pass by themselves. */
const USUAL = ['None', 'Resources', 'Priority', 'JobArrayTaskLimit', 'BeginTime', 'Cleaning', 'Prolog']

export class SlurmExecutor implements Executor {
  readonly look = 1000
  /** Tasks that wait or run, by key, as they were at the last look. */
  #queue = new Map<string, Task>()
  /** The last task of each key, also when it has ended. */
  readonly #tasks = new Map<string, string>()
  readonly #told = new Set<string>()
  #lastLook = 0
  #lastAnswer = 0
  #stopping = false

  private constructor(
    private readonly options: ArrayOptions,
    private readonly longest: number,
  ) {}

  /** @throws Problem if Slurm is not here, or has no place where a job gets what it asks for */
  static async open(options: ArrayOptions): Promise<SlurmExecutor> {
    await sbatch(['--test-only', ...resourceWords(options), '--wrap=true'])
    return new SlurmExecutor(options, Math.min(LONGEST, await longestArray()))
  }

  /** One array at a time: `most` holds within an array alone. */
  room(underWay: number): number {
    return underWay === 0 ? this.longest : 0
  }

  async start(keys: readonly string[]): Promise<void> {
    const array = writeArray(this.options, keys)
    const id = await sbatch(sbatchWords(this.options, array))
    noteSubmission(this.options.output, array, id)
    process.stderr.write(`Slurm has taken ${plural(keys.length, 'job')} as array ${id}.\n`)
    this.#lastLook = 0
  }

  async alive(keys: readonly string[]): Promise<Set<string>> {
    await this.#lookAtQueue()
    return new Set(keys.filter(key => this.#queue.has(key) && !this.#hasEnded(key)))
  }

  async stop(keys: readonly string[]): Promise<void> {
    this.#lastLook = 0
    await this.#lookAtQueue()
    const tasks = keys.flatMap(key => this.#queue.get(key) ?? [])
    const waiting = tasks.filter(({ state }) => state === 'PENDING')
    await scancel(waiting.map(({ id }) => id))
    const running = tasks.filter(task => !waiting.includes(task))
    await scancel(
      running.map(({ id }) => id),
      'SIGUSR2',
    )
    this.#stopping = true
    this.#lastLook = 0
  }

  async fate(key: string): Promise<string | undefined> {
    const task = this.#tasks.get(key)
    const fate = task && (await fateOf(task))
    return fate && `Slurm says ${fate} of task ${task}`
  }

  /** The job's own word comes sooner than the queue's; only what runs can have one. */
  #hasEnded(key: string): boolean {
    if (this.#queue.get(key)?.state === 'PENDING') return false
    const state = new JobFolder(jobPath(this.options.output, key)).status()?.state
    return state === 'done' || state === 'failed'
  }

  async #lookAtQueue(): Promise<void> {
    const now = Date.now()
    if (now - this.#lastLook < (this.#stopping ? STOPPING : QUEUE)) return
    this.#lastLook = now
    try {
      const arrays = writtenArrays(this.options.output)
      const tasks = await squeue()
      this.#queue = new Map(
        tasks.flatMap(task => {
          const key = arrays.get(task.name)?.keys[task.index]
          return key === undefined ? [] : [[key, task] as const]
        }),
      )
      this.#lastAnswer = now
    } catch (error) {
      // a busy or restarting Slurm has ended no job: until it answers, all is as it was
      const silent = error instanceof Problem && error.code === 'slurm-silent'
      if (!silent || this.#lastAnswer === 0 || now - this.#lastAnswer > SILENCE) throw error
    }
    for (const [key, task] of this.#queue) {
      this.#tasks.set(key, task.id)
      this.#tellWhyItWaits(task)
    }
  }

  #tellWhyItWaits({ id, state, reason }: Task): void {
    if (state !== 'PENDING' || USUAL.includes(reason) || this.#told.has(reason)) return
    this.#told.add(reason)
    process.stderr.write(`Slurm keeps task ${id} waiting: ${reason} (scontrol show job ${id} says more).\n`)
  }
}
