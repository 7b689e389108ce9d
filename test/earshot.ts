/** Runs the command line as a user does, in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

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

export function start(
  words: readonly string[],
  environment: Record<string, string> = {},
): { process: ChildProcess; end: Promise<Finished> } {
  const child = spawn(process.execPath, [PROGRAM, ...words], { env: { ...process.env, ...environment } })
  let out = ''
  let error = ''
  child.stdout.on('data', text => (out += text))
  child.stderr.on('data', text => (error += text))
  return { process: child, end: new Promise(resolve => child.on('close', code => resolve({ code, out, error }))) }
}

export function earshot(words: readonly string[], environment: Record<string, string> = {}): Promise<Finished> {
  return start(words, environment).end
}
