/** Runs a verb as its own process, from the built files beside this one. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('../../pipelines/commands/earshot.js', import.meta.url))

export interface Ended {
  code: number | null
  out: string
  error: string
}

export function verb(words: string[], nodeFlags: string[] = []): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...nodeFlags, PROGRAM, ...words], {
    encoding: 'utf8',
  })
  return { code: status, out: stdout, error: stderr }
}
