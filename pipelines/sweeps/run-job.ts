/** One job from order to figures: train, then each evaluation, all by the ordinary command line. */

import { spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Problem } from '../../data/problem.js'
import { bestOrNewest } from '../../engine/checkpoints/find.js'
import { editArguments } from '../../graphs/language/edits.js'
import { readConfig } from '../configuration/config.js'
import { lockJob, readJson } from '../jobs/job-folder.js'
import { isAlive, isHere, nameOf, PROGRAM, signalTo, thisProcess } from '../jobs/processes.js'
import { lastSaid, reasonOf } from '../jobs/run-words.js'
import { evaluationWords } from './evaluation-words.js'
import type { JobFolder, JobOrder, JobStatus, OrderedTest } from './job-folder.js'
import { configKey } from './variants.js'

/** A process that is killed (for want of memory, say) is started again this often; training goes on where it was. */
const STARTS = 3
const HEARTBEAT = 20_000
/** Milliseconds that a process has to end by itself. */
const GRACE = 60_000

class Failed extends Error {}
class Stopped extends Error {}

/**
 * Does what is not done yet. The folder's status says at every moment how far it is.
 *
 * @param signal aborted to stop: what has been trained is kept, and the job waits
 * @returns exit code: 0 done, 1 failed, 130 stopped
 */
export async function runJob(folder: JobFolder, signal: AbortSignal): Promise<number> {
  const order = folder.order()
  if (!order) throw new Problem('no-job', `${folder.path} holds no order for a job (job.json).`)
  const release = await lockJob(folder, signal)
  const heartbeat = setInterval(() => folder.sayAlive(), HEARTBEAT)
  try {
    await endOrphan(folder.status())
    rmSync(join(folder.run, 'lock'), { force: true }) // what trained here is dead, perhaps with its machine
    return await new JobRun(folder, order, signal).toTheEnd()
  } finally {
    clearInterval(heartbeat)
    release()
  }
}

/** A job that was killed may have left its training running, which nobody waits for any more. */
async function endOrphan(status: JobStatus | undefined): Promise<void> {
  const child = status?.child
  if (!child || !isHere(child)) return
  signalTo(child, 'SIGKILL')
  while (isAlive(child)) await sleep(50)
}

class JobRun {
  readonly #began = Date.now()
  readonly #before: JobStatus | undefined
  #phase = 'train'

  constructor(
    private readonly folder: JobFolder,
    private readonly order: JobOrder,
    private readonly signal: AbortSignal,
  ) {
    this.#before = folder.status()
  }

  async toTheEnd(): Promise<number> {
    const limit = this.order.time === undefined ? undefined : AbortSignal.timeout(1000 * this.order.time)
    const tests: string[] = []
    try {
      await this.#train(limit)
      for (const test of this.order.tests) {
        if (!existsSync(this.folder.probe(test.key))) await this.#evaluate(test, limit)
        tests.push(test.key)
      }
      this.#write({ state: 'done', tests })
      return 0
    } catch (error) {
      if (error instanceof Stopped) {
        this.#write({ state: 'waiting', reason: 'stopped; goes on where it was' })
        return 130
      }
      const reason = limit?.aborted
        ? `took longer than ${this.order.time} s (budget.time), in ${this.#phase}`
        : reasonOf(error)
      this.#write({ state: 'failed', reason, log: this.folder.log })
      process.stderr.write(`${reason}\n`)
      return 1
    }
  }

  async #train(limit: AbortSignal | undefined): Promise<void> {
    this.#write({ state: 'running' })
    const { run } = this.folder
    const state = () => readJson<{ state: string; reason?: string }>(`${run}/status.json`)
    if (state()?.state === 'finished') return
    await this.#checkKey()
    const words = () => [
      'train',
      ...(existsSync(`${run}/run.yaml`) ? ['--resume'] : [this.order.base, ...editArguments(this.order.edits)]),
      ...['--run', run],
    ]
    await this.#program('train', words, limit, () => (state()?.state === 'failed' ? state()?.reason : undefined))
    if (state()?.state !== 'finished') throw new Failed('the training ended without an error, but is not finished')
  }

  /** Files may have changed since the sweep was planned; then this is not the job that was asked for. */
  async #checkKey(): Promise<void> {
    const { base, edits, key } = this.order
    if ((await configKey(await readConfig(base, edits))) !== key)
      throw new Failed(
        `${base}, a file that it stands on, its clips or their labels have changed since the sweep was planned`,
      )
  }

  async #evaluate(test: OrderedTest, limit?: AbortSignal) {
    const { folder, order } = this
    const files = { embeddings: folder.embeddings(test.key), result: folder.probe(test.key) }
    for (const words of evaluationWords(bestOrNewest(folder.run), test, files, order.threads))
      await this.#program(`${words[0]} ${test.key}`, () => words, limit)
  }

  /** @param why what the process left behind as the reason of its failure, if anything */
  async #program(
    phase: string,
    words: () => readonly string[],
    limit: AbortSignal | undefined,
    why: () => string | undefined = () => undefined,
  ): Promise<void> {
    this.#phase = phase
    for (let start = 1; ; start++) {
      const from = sizeOf(this.folder.log)
      const { code, killed } = await this.#child(words(), limit)
      if (this.signal.aborted) throw new Stopped()
      if (limit?.aborted) throw new Failed('time')
      if (code === 0) return
      if (!killed) throw new Failed(why() ?? lastSaid(readFileSync(this.folder.log).subarray(from).toString('utf8')))
      if (start === STARTS) throw new Failed(`${phase}: killed by ${killed} ${STARTS} times (too little memory?)`)
    }
  }

  async #child(words: readonly string[], limit?: AbortSignal): Promise<{ code: number | null; killed: string | null }> {
    if (this.signal.aborted) throw new Stopped()
    const log = openSync(this.folder.log, 'a')
    const child = spawn(process.execPath, [PROGRAM, ...words], { stdio: ['ignore', log, log] })
    closeSync(log)
    const ended = new Promise<{ code: number | null; killed: string | null }>(resolve => {
      child.once('error', () => resolve({ code: 1, killed: null }))
      child.once('close', (code, killed) => resolve({ code, killed }))
    })
    this.#write({ state: 'running', child: child.pid === undefined ? undefined : nameOf(child.pid) })
    let hard: NodeJS.Timeout | undefined
    const stop = () => {
      child.kill('SIGTERM')
      hard ??= setTimeout(() => child.kill('SIGKILL'), GRACE)
    }
    for (const signal of [this.signal, limit]) {
      if (signal?.aborted) stop()
      signal?.addEventListener('abort', stop)
    }
    const end = await ended
    clearTimeout(hard)
    for (const signal of [this.signal, limit]) signal?.removeEventListener('abort', stop)
    return end
  }

  #write(status: JobStatus): void {
    const seconds = (this.#before?.seconds ?? 0) + (Date.now() - this.#began) / 1000
    const ended = status.state === 'running' ? {} : { ended: new Date().toISOString() }
    this.folder.write({
      ...status,
      phase: this.#phase,
      process: thisProcess(),
      started: new Date(this.#began).toISOString(),
      ...ended,
      seconds: Math.round(10 * seconds) / 10,
    })
  }
}

const sizeOf = (file: string) => (existsSync(file) ? statSync(file).size : 0)
