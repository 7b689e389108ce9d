/** Which process is meant, also after its number has been given to another. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { fileURLToPath } from 'node:url'

/** What a process that runs a verb is started with. */
export const PROGRAM = fileURLToPath(new URL('../commands/earshot.js', import.meta.url))

export interface ProcessName {
  pid: number
  host: string
  /** When it began, as the system says it. */
  began: string
}

export const nameOf = (pid: number): ProcessName => ({ pid, host: hostname(), began: beganAt(pid) ?? '' })

let own: ProcessName | undefined

/** This process. */
export function thisProcess(): ProcessName {
  own ??= nameOf(process.pid)
  return own
}

/** Whether a process of this machine is alive. */
export function isAlive({ pid, began }: ProcessName): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  return beganAt(pid) === began
}

/** Whether a process of this number is running here, whoever it is now; one that waits for its parent is not. */
export const isRunning = (pid: number): boolean => beganAt(pid) !== undefined

export const isHere = ({ host }: ProcessName): boolean => host === hostname()

/** Sends a signal to exactly this process, if it is alive. */
export function signalTo(name: ProcessName, signal: NodeJS.Signals): void {
  if (!isHere(name) || !isAlive(name)) return
  try {
    process.kill(name.pid, signal)
  } catch {
    // it ended meanwhile
  }
}

/** `undefined` for a process that is not there, or has ended and waits for its parent. */
function beganAt(pid: number): string | undefined {
  try {
    // after the name, which may hold anything, in brackets: state, ..., and as the 20th word the start in clock ticks
    const words = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return words[0] === 'Z' ? undefined : words[19]
  } catch {
    if (process.platform === 'linux') return undefined
  }
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined
  } catch {
    return undefined
  }
}
