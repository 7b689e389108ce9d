/**
 * Programs that threads have started (ffmpeg), found by a mark in their environment: a thread that is ended in the middle
 * of its work can neither end what it started nor tell anybody of it.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** By this variable programs know nothing; it is inherited. */
const MARK = 'EARSHOT_POOL'
/** How long a killed program is waited for (ms): one that hangs in the system itself does not hold us. */
const PATIENCE = 5000

let count = 0

export class StartedPrograms {
  readonly #mark = `${MARK}=${process.pid}.${++count}`

  /** What threads are to have as their environment. */
  environment(): NodeJS.ProcessEnv {
    const [name, value] = this.#mark.split('=') as [string, string]
    return { ...process.env, [name]: value }
  }

  /** Kills every program that was started in this environment; to be called when its threads have ended. */
  kill(): number[] {
    const pids = readdirSync('/proc')
      .map(Number)
      .filter(pid => this.#isOurs(pid))
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // it has ended by itself
      }
    }
    return pids
  }

  /** Kills them and waits until they are gone. */
  async end(): Promise<void> {
    const pids = this.kill()
    for (const until = Date.now() + PATIENCE; pids.some(isRunning) && Date.now() < until; ) await sleep(5)
  }

  #isOurs(pid: number): boolean {
    return pid > 0 && pid !== process.pid && read(`/proc/${pid}/environ`).split('\0').includes(this.#mark)
  }
}

/** A program that is dead and waits for its parent to hear of it does not run. */
const isRunning = (pid: number): boolean => /\) [^ZX]/.test(read(`/proc/${pid}/stat`))

/** Nothing of a process that is gone, or is somebody else's. */
function read(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
