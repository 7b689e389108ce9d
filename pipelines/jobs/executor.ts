/** Where jobs run: as processes of this machine, or wherever else the command line can be started. */

import { suggestion } from '../../data/nearest-name.js'
import { Problem } from '../../data/problem.js'

export const EXECUTORS = ['local', 'slurm'] as const

export type ExecutorName = (typeof EXECUTORS)[number]

/** @throws Problem if there is no such executor */
export function executorNamed(given: string): ExecutorName {
  const executor = EXECUTORS.find(name => name === given)
  if (executor) return executor
  throw new Problem('bad-option', `There is no executor '${given}'. ${suggestion(given, EXECUTORS)}`.trimEnd())
}

/** The jobs of one folder: a job is `<output>/jobs/<key>`, where its order lies and its status is written. */
export interface Workplace {
  output: string
  /** Words of the command line that do a job, once its key stands after them: `sweep job runs/mine`. */
  command: readonly string[]
  /** Jobs side by side. */
  most: number
  /** Bytes a job: free before another is started here, given to it by Slurm. */
  memory: number
}

export interface Executor {
  /** Milliseconds between two looks at what is under way. */
  readonly look: number
  /** How many more jobs may be started now, with these under way. */
  room(underWay: number): number
  /** Starts the command of each; its folder holds the order, and takes what it says as `log.txt`. */
  start(keys: readonly string[]): Promise<void>
  /** Which of these are under way: waiting in a queue, or with a living process. */
  alive(keys: readonly string[]): Promise<Set<string>>
  /** Asks them to stop and to keep what they have; they end soon after. */
  stop(keys: readonly string[]): Promise<void>
  /** What is known of how a job came to its end, if it did not say so itself. */
  fate?(key: string): Promise<string | undefined>
}
