/** Worker threads for the item-place part of a graph: decoding, log-mel, views. */
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import type { Worker } from 'node:worker_threads'
import { Piscina } from 'piscina'
import { Problem } from '../../data/problem.js'
import { setTensorflowEnvironment } from '../../engine/environment.js'
import { Credits } from './credits.js'
import type { Item } from './node-work.js'
import type { Refusal, Reply, Request } from './pool-worker.js'
import { StartedPrograms } from './started-programs.js'
import type { Evaluated, PreparedClip, Setup, Task } from './tasks.js'
import { newStatus, type Slow, StatusWatch, slowInWords } from './worker-status.js'

const WORKER = new URL('./pool-worker.js', import.meta.url).href

/** Whoever runs tasks: threads, or a stand-in that runs them here. */
export interface Pool {
  readonly workers: number
  /** Tasks that no thread has begun. */
  readonly queued: number
  /** Puts the cached nodes of the clip at a position of the setup into the feature cache. */
  prepare(setup: Setup, clip: number, signal?: AbortSignal): Promise<PreparedClip>
  /** Values for batches, of some items. An aborted task ends at once, and its thread is replaced. */
  evaluate(setup: Setup, items: readonly Item[], signal?: AbortSignal): Promise<Evaluated>
  /** Ends every thread and every program that one has started; what is still running is rejected. */
  close(): Promise<void>
}

/** One less than the machine runs in parallel, so that the trainer has its own; at least one. */
export function usualWorkers(): number {
  return Math.max(1, availableParallelism() - 1)
}

export interface PoolOptions {
  workers?: number | undefined
  /** Threads of TensorFlow, should a stage start it in these workers; those of the trainer in training. */
  threads?: number | undefined
  /** Told of a node that has been at one clip for `patience` milliseconds (30 s); a line on the terminal if absent. */
  onSlow?: ((slow: Slow) => void) | undefined
  patience?: number | undefined
}

/** Starts the threads. They load built files, so this runs from dist/. */
export function openPool({
  workers = usualWorkers(),
  threads: computing,
  onSlow = slow => process.stderr.write(`${slowInWords(slow)}\n`),
  patience = 30_000,
}: PoolOptions = {}): Pool {
  // TensorFlow reads the environment of the process, once for all of its threads: inside a worker it would be too late
  setTensorflowEnvironment(computing)
  const programs = new StartedPrograms()
  const threads = new Piscina<Request, Reply>({
    ...{ filename: WORKER, minThreads: workers, maxThreads: workers },
    env: programs.environment() as Record<string, string>,
  })
  const seats = new Credits({ items: workers }) // in line here: piscina takes abortable tasks out of turn
  const running = new Set<Worker>() // those that an aborted task has ended, too, until they are gone
  threads.on('workerCreate', () => {
    for (const thread of threads.threads.filter(thread => !running.has(thread))) {
      running.add(thread)
      thread.once('exit', () => running.delete(thread))
    }
  })
  const kill = () => void programs.kill()
  process.on('exit', kill)
  const watch = new StatusWatch(patience, onSlow)
  const ids = new WeakMap<Setup, string>()
  let count = 0
  let broken: Error | undefined
  threads.on('error', error => {
    // an answer that crosses with an abort is told as an error; everything else is one
    if (!error.message.startsWith('Unexpected message from Worker')) broken ??= error
  })

  const run = async (setup: Setup, task: Task, signal?: AbortSignal) => {
    const id = ids.get(setup) ?? `setup ${count++}`
    ids.set(setup, id)
    const options = signal ? { signal } : {}
    const seat = await seats.acquire(0, signal)
    try {
      if (broken) throw broken
      const status = newStatus()
      const work = (request: Request) => watch.during(setup.evaluation, status, threads.run(request, options))
      const reply = await work({ id, task, status })
      return reply === 'unknown-setup' ? await work({ id, setup, task, status }) : reply
    } finally {
      seat.release()
    }
  }

  return {
    workers,
    get queued() {
      return seats.waiting
    },
    prepare: async (setup, clip, signal) => (await run(setup, { kind: 'prepare', clip }, signal)) as PreparedClip,
    evaluate: async (setup, items, signal) => {
      const reply = (await run(setup, { kind: 'evaluate', items }, signal)) as Evaluated | Refusal
      if (!('problem' in reply)) return reply
      throw new Problem(reply.problem.code, reply.problem.message, { hint: reply.problem.hint })
    },
    close: async () => {
      broken ??= new Error('the pool is closed')
      await threads.destroy()
      await Promise.all([...running].map(thread => once(thread, 'exit')))
      await programs.end()
      process.off('exit', kill)
    },
  }
}
