/** A job whose order is a line of the command line: done in this process, with a status that says how far it is. */
import { Problem, Problems } from '../../data/problem.js'
import { type JobFolder, type JobStatus, lockJob } from './job-folder.js'
import { thisProcess } from './processes.js'

export interface WordsOrder {
  /** `embed runs/mine sounds/ -o ...` */
  words: string[]
}

const HEARTBEAT = 20_000

/**
 * @param run does the words; its process ends with exit code 130 if it was stopped in order, and goes on later then
 * @throws Problem `no-job`, `job-in-use`; what `run` throws, once the status tells of it
 */
export async function runWords(
  folder: JobFolder<WordsOrder>,
  run: (words: readonly string[]) => Promise<unknown>,
): Promise<void> {
  const order = folder.order()
  if (!order) throw new Problem('no-job', `${folder.path} holds no order for a job (job.json).`)
  const release = await lockJob(folder)
  const before = folder.status()?.seconds ?? 0
  const began = Date.now()
  const write = (status: JobStatus) => {
    const seconds = Math.round(10 * (before + (Date.now() - began) / 1000)) / 10
    folder.write({ ...status, process: thisProcess(), started: new Date(began).toISOString(), seconds })
  }
  const end = (status: JobStatus) => write({ ...status, ended: new Date().toISOString() })
  write({ state: 'running' })
  const heartbeat = setInterval(() => folder.sayAlive(), HEARTBEAT)
  try {
    await run(order.words)
    const code = Number(process.exitCode ?? 0)
    if (code === 0) end({ state: 'done' })
    else if (code === 130) end({ state: 'waiting', reason: 'stopped; goes on where it was' })
    else end({ state: 'failed', reason: `ended with exit code ${code}`, log: folder.log })
  } catch (error) {
    end({ state: 'failed', reason: reasonOf(error), log: folder.log })
    throw error
  } finally {
    clearInterval(heartbeat)
    release()
  }
}

/** What a process said at its end: the sentence of a problem, or the last lines. */
export function lastSaid(text: string): string {
  const lines = text.trim().split('\n').slice(-30)
  const last = lines.slice(-4).map(line => line.trim())
  const told = lines.find(line => /^\w*Error: /.test(line)) ?? last.join(' ')
  return told.length > 500 ? `${told.slice(0, 499)}…` : told || 'ended without a word'
}

/** Of an error, in one line. */
export function reasonOf(error: unknown): string {
  if (error instanceof Problems) return error.problems.map(({ message }) => message).join(' ')
  return error instanceof Error ? error.message : String(error)
}
