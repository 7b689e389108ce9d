/** A process made to stand still, so that what a test does next meets it there, however fast the machine is. */
export interface Held {
  pid: number
  letGo(): void
}

/** Stops a process (SIGSTOP), until it is let go or killed. */
export function hold(pid: number): Held {
  process.kill(pid, 'SIGSTOP')
  return { pid, letGo: () => process.kill(pid, 'SIGCONT') }
}
