/** Keeps two processes from training in one run folder. */
import { Problem } from '../../data/problem.js'
import { tryLock } from '../jobs/process-lock.js'
import type { RunFolder } from './run-folder.js'

/** @returns what gives the folder free again. @throws Problem if a living process holds it */
export function lockRun(run: RunFolder): () => void {
  const file = run.file('lock')
  const lock = tryLock(file)
  if ('release' in lock) return lock.release
  throw new Problem('run-in-use', `Process ${lock.holder.pid} is training in ${run.path}.`, {
    hint: `Wait for it, or name another folder with --run. If it is not Earshot's, delete ${file}.`,
  })
}
