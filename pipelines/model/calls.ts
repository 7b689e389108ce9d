/**
 * An object that lives in another thread, called as if it were here: its methods, each answer a promise. Calls are answered
 * in order, one at a time. Typed arrays that are given, or answered with, are handed over: they are empty here afterwards.
 */
import type { MessagePort, Worker } from 'node:worker_threads'
import { Problem } from '../../data/problem.js'

export type Remote<Service> = {
  [Name in keyof Service]: Service[Name] extends (...given: infer Given) => infer Answer
    ? (...given: Given) => Promise<Awaited<Answer>>
    : never
} & {
  /** Ends the thread, once it has answered what it was asked. */
  close(): Promise<void>
}

interface Call {
  method: string
  given: unknown[]
}

type Answer =
  | { value: unknown }
  | { problem: Pick<Problem, 'code' | 'message' | 'hint' | 'place'> }
  | { error: unknown }

/** In the thread: makes the service, says that it is there, and answers. `answered` is called after each answer. */
export async function serve<Service extends object>(
  port: MessagePort,
  make: () => Promise<Service>,
  answered: (service: Service) => void = () => {},
): Promise<void> {
  const say = (answer: Answer) => port.postMessage(answer, buffersIn(answer))
  try {
    const service = await make()
    const methods = service as Record<string, (...given: unknown[]) => unknown>
    port.on('message', ({ method, given }: Call) => {
      try {
        say({ value: methods[method]!(...given) })
      } catch (error) {
        say(failure(error))
      }
      answered(service)
    })
    say({ value: undefined })
  } catch (error) {
    say(failure(error))
  }
}

/**
 * The service of a worker that calls `serve`, once it is there.
 *
 * @param name of the thread, in messages
 * @throws Problem, or whatever else making the service threw; `thread-ended` if the thread ends first
 */
export async function connect<Service>(worker: Worker, name: string): Promise<Remote<Service>> {
  const waiting: { resolve: (value: unknown) => void; reject: (error: unknown) => void }[] = []
  let ended: Problem | undefined
  let last: Promise<unknown>
  const end = (reason: string, cause?: unknown) => {
    ended ??= new Problem('thread-ended', `${name} has ended: ${reason}.`, { hint: MEMORY, cause })
    for (const { reject } of waiting.splice(0)) reject(ended)
  }
  worker.on('message', (answer: Answer) => {
    const { resolve, reject } = waiting.shift()!
    if ('value' in answer) resolve(answer.value)
    else reject('problem' in answer ? problemOf(answer.problem) : answer.error)
  })
  worker.on('error', error => end(error.message, error))
  worker.on('exit', code => end(`code ${code}`))
  const awaited = () => {
    last = new Promise((resolve, reject) => waiting.push({ resolve, reject }))
    last.catch(() => {}) // of several that fail together, the first is told: the others are no unhandled rejections
    return last
  }
  const call = (method: string, given: unknown[]) => {
    if (ended) return Promise.reject(ended)
    worker.postMessage({ method, given } satisfies Call, buffersIn(given))
    return awaited()
  }
  const close = async () => {
    await last.catch(() => {})
    await worker.terminate()
  }
  await awaited()
  const service = new Proxy({} as Remote<Service>, {
    get: (_, method: string) => {
      if (method === 'then') return undefined // it is no promise
      return method === 'close' ? close : (...given: unknown[]) => call(method, given)
    },
  })
  return service
}

const MEMORY = 'Memory may have run out: a smaller batch, train.chunk or fewer streams.workers take less.'

function failure(error: unknown): Answer {
  if (!(error instanceof Problem)) return { error }
  const { code, message, hint, place } = error
  return { problem: { code, message, hint, place } }
}

function problemOf({ code, message, hint, place }: Pick<Problem, 'code' | 'message' | 'hint' | 'place'>): Problem {
  return new Problem(code, message, { hint, place })
}

/** Of typed arrays in plain values, each once. */
function buffersIn(value: unknown, found = new Set<ArrayBuffer>()): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) found.add(value.buffer as ArrayBuffer)
  else if (typeof value === 'object' && value !== null)
    for (const inner of Object.values(value)) buffersIn(inner, found)
  return [...found]
}
