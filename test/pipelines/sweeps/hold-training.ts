/** The training of a job, held in its middle. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Held, hold, stateOf } from '../../hold.js'
import { checkpoints, jobsOf, statusOf, until } from './small-sweep.js'

/**
 * Holds the training of an arm once it has written a checkpoint, or stopped itself (`stopsAt`).
 *
 * @param steps of the whole training
 * @param before the same training, held earlier: its next process is meant
 */
export async function holdTraining(output: string, arm: string, steps: number, before?: Held): Promise<Held> {
  const reached = () => checkpoints(jobsOf(output)[arm])
  const child = () => {
    const job = jobsOf(output)[arm]
    return job && existsSync(join(job, 'status.json')) ? statusOf(job).child?.pid : undefined
  }
  let atItsStart: string[] | undefined
  await until(() => {
    const pid = child()
    if (pid === undefined || pid === before?.pid) return false
    if (stateOf(pid) === 'T') return true
    atItsStart ??= before ? reached() : []
    return reached().some(name => !atItsStart?.includes(name))
  }, `training of ${arm}`)
  const held = hold(child()!)
  if (reached().includes(`step-${String(steps).padStart(6, '0')}.json`))
    throw new Error(`${arm} was trained before it could be held: it needs more than ${steps} steps`)
  return held
}
