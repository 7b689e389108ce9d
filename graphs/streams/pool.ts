/** Worker threads for the item-place part of a graph: decoding, log-mel, views. */
import { availableParallelism } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { Piscina } from 'piscina'
import { tensorflowEnvironment } from '../../engine/tensorflow.js'
import { watchChildProcesses } from '../../stages/audio/decoding/child-processes.js'
import { Credits } from './credits.js'
import type { Item } from './node-work.js'
import type { Reply, Request } from './pool-worker.js'
import type { Evaluated, PreparedClip, Setup, Task } from './tasks.js'

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
function defaultWorkers(): number {
  return Math.max(1, availableParallelism() - 1)
}

/** How long after a thread's end its last message may arrive (ms). */
const LAST_WORDS = 20

export interface PoolOptions {
  workers?: number | undefined
  /** Threads of TensorFlow, should a stage start it in these workers; those of the trainer in training. */
  threads?: number | undefined
}

/** Starts the threads. They load built files, so this runs from dist/. */
export function openPool({ workers = defaultWorkers(), threads: computing }: PoolOptions = {}): Pool {
  // TensorFlow reads the environment of the process, once for all of its threads: inside a worker it would be too late
  if (computing !== undefined) Object.assign(process.env, tensorflowEnvironment(computing))
  else for (const [name, value] of Object.entries(tensorflowEnvironment(2))) process.env[name] ??= value
  const filename = new URL('./pool-worker.js', import.meta.url).href
  const threads = new Piscina<Request, Reply>({ filename, minThreads: workers, maxThreads: workers })
  const seats = new Credits({ items: workers }) // in line here: piscina takes abortable tasks out of turn
  const ours = new Set<number>() // threads that have ended too: what they said last may arrive later
  threads.on('workerCreate', ({ id }: { id: number }) => ours.add(id))
  const children = watchChildProcesses(id => ours.has(id))
  process.on('exit', children.end)
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
      const reply = await threads.run({ id, task }, options)
      return reply === 'unknown-setup' ? await threads.run({ id, setup, task }, options) : reply
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
    evaluate: async (setup, items, signal) => (await run(setup, { kind: 'evaluate', items }, signal)) as Evaluated,
    close: async () => {
      broken ??= new Error('the pool is closed')
      await threads.destroy()
      await sleep(LAST_WORDS)
      children.end()
      children.close()
      process.off('exit', children.end)
    },
  }
}
