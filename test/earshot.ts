/** The command line: in this process, or as a user starts it, in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { perform, tellWhy } from '../pipelines/commands/program.js'

const PROGRAM = fileURLToPath(new URL('../pipelines/commands/earshot.js', import.meta.url))

export interface Finished {
  code: number | null
  out: string
  error: string
}

/** A new empty folder, with a blank and a letter outside ASCII in its name. */
export function scratchFolder(name: string): string {
  return mkdtempSync(join(tmpdir(), `earshot ${name} ü-`))
}

/**
 * In a process of its own, for what concerns processes: signals, what TensorFlow reads when it is loaded, the same bits.
 * `kill` ends it by SIGKILL and waits until it is gone: its locks are nobody's from then on.
 */
export function start(
  words: readonly string[],
  environment: Record<string, string> = {},
): { process: ChildProcess; end: Promise<Finished>; kill(): Promise<void> } {
  const child = spawn(process.execPath, [PROGRAM, ...words], { env: { ...process.env, ...environment } })
  let out = ''
  let error = ''
  child.stdout.on('data', text => (out += text))
  child.stderr.on('data', text => (error += text))
  const gone = new Promise<void>(resolve => child.once('exit', () => resolve()))
  return {
    process: child,
    end: new Promise(resolve => child.on('close', code => resolve({ code, out, error }))),
    kill: () => {
      child.kill('SIGKILL')
      return gone
    },
  }
}

let before: Promise<unknown> = Promise.resolve()

/** In this process, where most of what a new one needs is loaded already. One command waits for the other. */
export function earshot(words: readonly string[], environment: Record<string, string> = {}): Promise<Finished> {
  const finished = before.then(() => performed([...words], environment))
  before = finished.catch(() => {})
  return finished
}

async function performed(words: string[], environment: Record<string, string>): Promise<Finished> {
  const [out, error] = [listen(process.stdout), listen(process.stderr)]
  const usual = Object.keys(environment).map(name => [name, process.env[name]] as const)
  const { exitCode } = process
  process.exitCode = undefined
  Object.assign(process.env, environment)
  try {
    const failed = await perform(words).then(
      () => undefined,
      reason => tellWhy(reason, words),
    )
    return { code: failed ?? Number(process.exitCode ?? 0), out: out.heard(), error: error.heard() }
  } finally {
    for (const { end } of [out, error]) end()
    for (const [name, value] of usual) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
    process.exitCode = exitCode
  }
}

/** Keeps what is written to a stream, instead of showing it. */
function listen(stream: NodeJS.WriteStream) {
  const { write } = stream
  const heard: (string | Uint8Array)[] = []
  stream.write = ((text: string | Uint8Array, ...rest: unknown[]) => {
    heard.push(text)
    const done = rest.at(-1)
    if (typeof done === 'function') done()
    return true
  }) as typeof write
  return {
    heard: () => Buffer.concat(heard.map(text => Buffer.from(text as string))).toString(),
    end: () => {
      stream.write = write
    },
  }
}
