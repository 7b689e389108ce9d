/** A training run from config to run folder: made or gone on with, locked, its state noted whatever happens. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from '../../data/cache-folder.js'
import { Problem } from '../../data/problem.js'
import type { Edit } from '../../graphs/language/edits.js'
import type { Config } from '../configuration/config.js'
import { runYaml } from '../configuration/run-yaml.js'
import { tryLock } from '../jobs/process-lock.js'
import { wasInterrupted } from '../terminal/interrupt.js'
import { command } from '../terminal/say.js'
import type { Outcome, TrainingRequest } from './request.js'
import { RunFolder } from './run-folder.js'
import { noteEnvironment } from './tracking/environment.js'

/** What `--from` says, as a setting that the run keeps: weights of a run or checkpoint that it starts from. */
export const fromWeights = (from: string | undefined): Edit[] =>
  from === undefined ? [] : [{ set: `train.from=${JSON.stringify(from)}` }]

/** Where a config is trained if nothing is said. */
export const usualRun = ({ name }: Config): string => join('runs', name)

/** Why a run is not gone on with; it stays as it was. */
const REFUSED = ['another-graph', 'not-the-same-run', 'bad-checkpoint']

/**
 * @throws Problem if the folder is in use or cannot be written, if there are too few clips, too many bad ones, numbers
 *   that are not finite; `not-the-same-run` if it could not go on bit for bit; the signal's reason if it is aborted
 *   before the first step
 */
export async function trainInFolder(config: Config, request: TrainingRequest = {}): Promise<Outcome> {
  const { resume = false, anyway = false, signal = new AbortController().signal, cache = cacheFolder() } = request
  const path = request.run ?? usualRun(config)
  const run = resume ? RunFolder.open(path) : RunFolder.create(path)
  const unlock = lockRun(run)
  const before = resume && existsSync(run.file('status.json')) ? run.read('status.json') : undefined
  try {
    run.clean()
    if (!resume) run.write('run.yaml', runYaml(config.document))
    noteEnvironment(run)
    // the heavy half is loaded only now, when everything that can be refused has been
    const { trainRun } = await import('./training-run.js')
    return await trainRun({ config, run, resume, anyway, signal, cache })
  } catch (error) {
    if (before && error instanceof Problem && REFUSED.includes(error.code)) run.write('status.json', before)
    else if (wasInterrupted(error, signal)) run.status('interrupted')
    else run.status('failed', { reason: (error as Error).message })
    throw error instanceof Problem && error.code === 'disk-full' ? fullDisk(error, run) : error
  } finally {
    unlock()
  }
}

function fullDisk({ code, message, place, cause }: Problem, run: RunFolder): Problem {
  const goOn = command`./earshot train --run ${run.path} --resume`
  return new Problem(code, message, {
    place,
    hint: `Make room; then it goes on from its last checkpoint: ${goOn}`,
    cause,
  })
}

/** @returns what gives the folder free again. @throws Problem if a living process holds it */
export function lockRun(run: RunFolder): () => void {
  const file = run.file('lock')
  const lock = tryLock(file)
  if ('release' in lock) return lock.release
  throw new Problem('run-in-use', `Process ${lock.holder.pid} is training in ${run.path}.`, {
    hint: `Wait for it, or name another folder with --run. If it is not Earshot's, delete ${file}.`,
  })
}
