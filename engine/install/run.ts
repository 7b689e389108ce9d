/** One program run to its end, with what it printed. */
import { type ChildProcess, spawn } from 'node:child_process'

export interface Outcome {
  /** Null if a signal ended it or it could not be started. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** True if there is no such program on the PATH. */
  readonly missing: boolean
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
  /** Let the program's progress through to the terminal instead of keeping its stdout. */
  readonly show?: boolean
}

const running = new Set<ChildProcess>()

/** Ends every program that `run` has started, and waits until they are gone. */
export async function stopPrograms(): Promise<void> {
  const gone = [...running].map(child => new Promise(resolve => child.once('close', resolve)))
  for (const child of running) child.kill('SIGKILL')
  await Promise.all(gone)
}

/** Never rejects: a program that cannot be started is an outcome too. */
export function run(command: string, words: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const { env = process.env, cwd, show = false } = options
  return new Promise(resolve => {
    const child = spawn(command, words, { env, cwd, stdio: ['ignore', show ? 2 : 'pipe', 'pipe'] })
    running.add(child)
    let stdout = ''
    let stderr = ''
    child.stdout?.setEncoding('utf8').on('data', text => (stdout += text))
    child.stderr?.setEncoding('utf8').on('data', text => (stderr += text))
    child.once('error', error => {
      running.delete(child)
      const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
      resolve({ code: null, signal: null, missing, stdout, stderr: stderr || error.message })
    })
    child.once('close', (code, signal) => {
      running.delete(child)
      resolve({ code, signal, missing: false, stdout, stderr })
    })
  })
}

/** The line that says most about a failure: the last one with 'error' in it, else the last one at all. */
export function tellingLine(stderr: string): string {
  const lines = stderr
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '')
  return lines.findLast(line => /error/i.test(line)) ?? lines.at(-1) ?? 'it said nothing'
}
