/** Keeps two processes from training in one run folder. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Problem } from '../data/problem.js'
import type { RunFolder } from './run-folder.js'

/** @returns what gives the folder free again. @throws Problem if a living process holds it */
export function lockRun(run: RunFolder): () => void {
  const file = run.file('lock')
  const holder = holderOf(file)
  if (holder !== undefined) {
    throw new Problem('run-in-use', `Process ${holder} is training in ${run.path}.`, {
      hint: `Wait for it, or name another folder with --run. If it is not Earshot's, delete ${file}.`,
    })
  }
  rmSync(file, { force: true })
  writeFileSync(file, String(process.pid), { flag: 'wx' })
  return () => rmSync(file, { force: true })
}

function holderOf(file: string): number | undefined {
  let pid: number
  try {
    pid = Number(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
  try {
    process.kill(pid, 0)
    return pid
  } catch {
    return undefined // a run that was killed left its lock behind
  }
}
