/** The main thread's handle on the trainer's thread: one request at a time, each a promise. */
import { Worker } from 'node:worker_threads'
import { Problem } from '../../data/problem.js'
import { setTensorflowEnvironment } from '../../engine/environment.js'
import type { LaneName } from '../../graphs/language/item-shape.js'
import type { BatchValues } from '../../graphs/streams/layout.js'
import type { Neighbourhood } from './neighbours.js'
import type { Reply, Request, StepReport, TrainerSetup } from './settings.js'
import type { Taken } from './start-weights.js'

export class TrainerThread {
  readonly #worker: Worker
  #waiting: { resolve: (result: unknown) => void; reject: (error: Error) => void }[] = []
  #ended: Error | undefined

  private constructor(worker: Worker) {
    this.#worker = worker
    worker.on('message', (reply: Reply) => {
      const next = this.#waiting.shift()
      if ('result' in reply) next?.resolve(reply.result)
      else next?.reject(new Problem(reply.problem.code, reply.problem.message, { hint: reply.problem.hint }))
    })
    const end = (error: Error) => {
      this.#ended = error
      for (const { reject } of this.#waiting.splice(0)) reject(error)
    }
    worker.on('error', end)
    worker.on('exit', code => end(new Error(`The trainer's thread ended with code ${code}.`)))
  }

  static async start(setup: TrainerSetup): Promise<TrainerThread> {
    // inside the thread it would be too late: TensorFlow reads the environment of the process
    setTensorflowEnvironment(setup.threads)
    const thread = new TrainerThread(new Worker(new URL('./thread.js', import.meta.url), { workerData: setup }))
    await thread.#answer()
    return thread
  }

  step(values: BatchValues, step: number, logged: boolean): Promise<StepReport> {
    return this.#ask({ kind: 'step', values, step, logged }, buffersOf(values)) as Promise<StepReport>
  }

  calibrate(values: BatchValues): Promise<void> {
    return this.#ask({ kind: 'calibrate', values }, buffersOf(values)) as Promise<void>
  }

  encode(node: string, patches: Float32Array, count: number, layer?: string): Promise<Float32Array> {
    const request = { kind: 'encode', node, patches, count, layer } as const
    return this.#ask(request, [patches.buffer as ArrayBuffer]) as Promise<Float32Array>
  }

  layers(node: string): Promise<Record<string, number>> {
    return this.#ask({ kind: 'layers', node }) as Promise<Record<string, number>>
  }

  /** Takes over the vectors. */
  neighbours(among: Neighbourhood): Promise<Int32Array> {
    const request: Request = { kind: 'neighbours', ...among }
    return this.#ask(request, [among.vectors.buffer as ArrayBuffer]) as Promise<Int32Array>
  }

  /** Numbers of a tensor node by side of the pair (`only` where there is none), row-major. */
  look(node: string, values: BatchValues): Promise<Partial<Record<LaneName, Float32Array>>> {
    const looked = this.#ask({ kind: 'look', node, values }, buffersOf(values))
    return looked as Promise<Partial<Record<LaneName, Float32Array>>>
  }

  save(file: string): Promise<string> {
    return this.#ask({ kind: 'save', file }) as Promise<string>
  }

  load(file: string, { optimiser }: { optimiser: boolean }): Promise<void> {
    return this.#ask({ kind: 'load', file, optimiser }) as Promise<void>
  }

  /** The weights of the nodes that fit. @throws Problem `nothing-taken` */
  take(file: string, checkpoint: string): Promise<Taken> {
    return this.#ask({ kind: 'take', file, checkpoint }) as Promise<Taken>
  }

  async close(): Promise<void> {
    if (!this.#ended) await this.#ask({ kind: 'close' })
    await this.#worker.terminate()
  }

  #ask(request: Request, transfer: ArrayBuffer[] = []): Promise<unknown> {
    if (this.#ended) return Promise.reject(this.#ended)
    const answer = this.#answer()
    this.#worker.postMessage(request, transfer)
    return answer
  }

  #answer(): Promise<unknown> {
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }))
  }
}

function buffersOf(values: BatchValues): ArrayBuffer[] {
  return Object.values(values).flatMap(lanes => Object.values(lanes).map(({ buffer }) => buffer as ArrayBuffer))
}
