/** A job's folder is one process's at a time, also when machines are lost. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Problem } from '../../data/problem.js'
import { type JobFolder, SILENCE } from './job-folder.js'
import { tryLock } from './process-lock.js'
import { isHere } from './processes.js'

/**
 * The job's lock. Of a holder on another machine nobody can tell from here whether it is dead: it is once it has given no
 * sign of life for a while, as when that machine was lost and a batch system has started the job on this one.
 *
 * @param signal once aborted, no such holder is waited for any more
 * @returns what gives it free again. @throws Problem `job-in-use`
 */
export async function lockJob(folder: JobFolder<object>, signal?: AbortSignal): Promise<() => void> {
  const file = folder.file('lock')
  let lock = tryLock(file)
  if ('holder' in lock && !isHere(lock.holder)) {
    const sign = folder.lastSign
    while (Date.now() - sign < SILENCE && folder.lastSign === sign && !signal?.aborted) await sleep(1000)
    if (Date.now() - sign >= SILENCE && folder.lastSign === sign) lock = tryLock(file, lock.holder)
  }
  if ('release' in lock) return lock.release
  const { pid, host } = lock.holder
  throw new Problem('job-in-use', `Process ${pid} on ${host} is at work in ${folder.path}.`)
}
