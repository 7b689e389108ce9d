/** Processes made to stand still, so that what a test does next meets them there, however fast the machine is. */
import { existsSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Held {
  pid: number
  letGo(): void
}

/** Stops a process (SIGSTOP), until it is let go or killed. */
export function hold(pid: number): Held {
  process.kill(pid, 'SIGSTOP')
  return { pid, letGo: () => process.kill(pid, 'SIGCONT') }
}

/** Environment of a process that stops itself as soon as so many files have got their names: those that `name` tells. */
export const stopsAt = (name: RegExp, count = 1): Record<string, string> => ({
  NODE_OPTIONS: `--import ${new URL('./stop-at.js', import.meta.url)}`,
  EARSHOT_TEST_STOP: `${count} ${name.source}`,
})

/** `T` if a process stands still, `Z` or nothing if it has ended. */
export function stateOf(pid: number | undefined): string | undefined {
  const status = existsSync(`/proc/${pid}`) ? readFileSync(`/proc/${pid}/status`, 'utf8') : ''
  return /^State:\s+(\w)/m.exec(status)?.[1]
}

/** Until a process stands still. @throws Error if it has ended instead */
export async function stopped(pid: number | undefined): Promise<void> {
  for (let state = stateOf(pid); state !== 'T'; state = stateOf(pid)) {
    if (state === 'Z' || state === undefined) throw new Error(`process ${pid} has ended before it stopped`)
    await sleep(20)
  }
}

/** Until a process that stands still has been asked to end (SIGTERM), which it hears when it is let go. */
export async function askedToEnd(pid: number): Promise<void> {
  const waiting = () => BigInt(`0x${/^ShdPnd:\s+(\w+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]}`)
  while (((waiting() >> BigInt(constants.signals.SIGTERM - 1)) & 1n) === 0n) await sleep(20)
}
