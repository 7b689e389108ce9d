/** Runs the command line on a disk that fails: at its n-th write below a folder, over all its processes. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Finished, start } from '../earshot.js'

/** What befalls a verb whose work is then looked at: a read-only file system; the terminal closed; asked to end. */
export const BEFALLS = ['full', 'read-only', 'hangup', 'terminate'] as const

/**
 * Killed before a write, or in the midst of one; a disk that is full from then on, or for a while; one error of the disk,
 * or of rights; and writes that write half, which is none: they are only called more often.
 */
export const KINDS = ['kill', 'torn', 'full', 'short-full', 'eio', 'eacces', 'short'] as const
export type Kind = (typeof KINDS)[number]

export interface Fault {
  kind: Kind | (typeof BEFALLS)[number]
  /** Which write, from 1; 0 counts alone. */
  at: number
}

export interface Faulted extends Finished {
  writes: number
  faults: number
  /** It has not ended by itself. */
  hangs: boolean
}

/** Milliseconds after which a process hangs. */
const PATIENCE = 600_000

export const canInject = process.platform === 'linux' && spawnSync('g++', ['--version']).status === 0

export class Injector {
  readonly #library: string
  readonly #counter: string

  /** @throws Error if it cannot be compiled */
  constructor() {
    const folder = mkdtempSync(join(tmpdir(), 'earshot-faults-')) // LD_PRELOAD takes no path with a blank
    this.#library = join(folder, 'inject.so')
    this.#counter = join(folder, 'counter')
    execFileSync('g++', ['-O2', '-Wall', '-shared', '-fPIC', '-o', this.#library, 'test/faults/inject.cc', '-ldl'])
  }

  async run(
    words: string[],
    below: string,
    environment: Record<string, string>,
    { kind, at }: Fault,
  ): Promise<Faulted> {
    writeFileSync(this.#counter, Buffer.alloc(8))
    const preload = { LD_PRELOAD: this.#library, FAULT_BELOW: below, FAULT_COUNTER: this.#counter }
    const started = start(words, { ...environment, ...preload, FAULT_KIND: kind, FAULT_AT: String(at) })
    let hangs = false
    const timer = setTimeout(() => {
      hangs = true
      started.process.kill('SIGKILL')
    }, PATIENCE)
    const ended = await started.end
    clearTimeout(timer)
    const counted = readFileSync(this.#counter)
    return { ...ended, writes: counted.readUInt32LE(0), faults: counted.readUInt32LE(4), hangs }
  }
}
