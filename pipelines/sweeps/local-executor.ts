/** Jobs as processes of this machine, as many at once as processors and memory allow. */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { signalTo } from '../processes.js'
import type { Executor } from './executor.js'
import { jobFolder } from './job-folder.js'
import { freeMemory } from './memory.js'

const PROGRAM = fileURLToPath(new URL('../earshot.js', import.meta.url))

export interface LocalOptions {
  output: string
  /** Jobs side by side. */
  most: number
  /** Bytes that must be free before another job is started beside one. */
  memory: number
}

export class LocalExecutor implements Executor {
  readonly look = 300
  readonly #children = new Map<string, ChildProcess>()

  constructor(private readonly options: LocalOptions) {}

  room(underWay: number): number {
    const { most, memory } = this.options
    if (underWay >= most) return 0
    return underWay === 0 || freeMemory() >= memory ? 1 : 0 // memory is looked at again before the next
  }

  /** Each in a group of its own: Ctrl-C reaches the controller, which asks them in order; without it they go on. */
  async start(keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      const log = openSync(jobFolder(this.options, key).log, 'a')
      const words = [PROGRAM, 'sweep', 'job', resolve(this.options.output), key]
      const child = spawn(process.execPath, words, { detached: true, stdio: ['ignore', log, log] })
      closeSync(log)
      child.unref()
      this.#children.set(key, child)
    }
  }

  async alive(keys: readonly string[]): Promise<Set<string>> {
    return new Set(keys.filter(key => this.#isAlive(key)))
  }

  async stop(keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      const process = jobFolder(this.options, key).status()?.process
      if (process) signalTo(process, 'SIGTERM')
      else this.#children.get(key)?.kill('SIGTERM')
    }
  }

  #isAlive(key: string): boolean {
    const child = this.#children.get(key)
    if (child) return child.exitCode === null && child.signalCode === null
    const folder = jobFolder(this.options, key)
    const status = folder.status()
    return status?.state === 'running' && folder.isAtWork(status) // started by a controller before this one
  }
}
