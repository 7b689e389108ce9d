/** What a run folder says of its own state. */
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isRunning } from '../jobs/processes.js'

/** `killed`: it says that it is training, but its process is gone. */
export type State = 'preparing' | 'training' | 'interrupted' | 'failed' | 'finished' | 'killed' | 'unknown'

export interface RunStatus {
  state: State
  /** Seconds since 1970 when that was written. */
  written: number
  step?: number
  /** Steps asked for, while training. */
  of?: number
  loss?: number
  waitedShare?: number
  secondsPerStep?: number
  bottleneck?: string
  reason?: string
}

/** `status.json`; a run that has none is `unknown`, written when its folder was. */
export function runStatus(run: string): RunStatus {
  const file = join(run, 'status.json')
  try {
    const { pid, ...told } = JSON.parse(readFileSync(file, 'utf8'))
    // a number that was not finite is null in JSON: a run gone on with at its end has no time a step
    const status = Object.fromEntries(
      Object.entries(told).filter(([, value]) => value !== null),
    ) as unknown as RunStatus
    const gone = (status.state === 'training' || status.state === 'preparing') && !isRunning(pid)
    return { ...status, ...(gone && { state: 'killed' }), written: statSync(file).mtimeMs / 1000 }
  } catch {
    return { state: 'unknown', written: statSync(run).mtimeMs / 1000 }
  }
}
