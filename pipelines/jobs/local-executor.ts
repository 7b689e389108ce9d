/** Jobs as processes of this machine, as many at once as processors and memory allow. */
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { freemem } from 'node:os'
import type { Executor, Workplace } from './executor.js'
import { JobFolder, jobPath } from './job-folder.js'
import { PROGRAM, signalTo } from './processes.js'

export class LocalExecutor implements Executor {
  readonly look = 300
  readonly #children = new Map<string, ChildProcess>()

  constructor(private readonly place: Workplace) {}

  room(underWay: number): number {
    const { most, memory } = this.place
    if (underWay >= most) return 0
    return underWay === 0 || freeMemory() >= memory ? 1 : 0 // memory is looked at again before the next
  }

  /** Each in a group of its own: Ctrl-C reaches the controller, which asks them in order; without it they go on. */
  async start(keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      const { log } = this.#folder(key)
      const output = openSync(log, 'a')
      try {
        const stdio: StdioOptions = ['ignore', output, output]
        const child = spawn(process.execPath, [PROGRAM, ...this.place.command, key], { detached: true, stdio })
        child.once('error', error => this.#failed(key, error))
        child.unref()
        this.#children.set(key, child)
      } catch (error) {
        this.#failed(key, error as Error)
      } finally {
        closeSync(output)
      }
    }
  }

  /** It never began: too many processes, no memory, words that are too long. */
  #failed(key: string, { message }: Error): void {
    const folder = this.#folder(key)
    this.#children.delete(key)
    folder.write({ state: 'failed', reason: `could not be started: ${message}`, log: folder.log })
  }

  async alive(keys: readonly string[]): Promise<Set<string>> {
    return new Set(keys.filter(key => this.#isAlive(key)))
  }

  async stop(keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      const child = this.#children.get(key)
      const process = this.#folder(key).status()?.process
      if (child) child.kill('SIGTERM')
      else if (process) signalTo(process, 'SIGTERM')
    }
  }

  #folder(key: string) {
    return new JobFolder(jobPath(this.place.output, key))
  }

  #isAlive(key: string): boolean {
    const child = this.#children.get(key)
    if (child) return child.exitCode === null && child.signalCode === null
    return this.#folder(key).now().state === 'running' // started by a controller before this one
  }
}

/** Bytes that a new process may take, within what the machine and its control group allow. */
const freeMemory = (): number => process.availableMemory?.() ?? freemem()
