/** Going on with a run: from which checkpoint, whether it is the same run still, and whether anything is left to do. */

import { Problem } from '../../data/problem.js'
import { listCheckpoints } from '../../engine/checkpoints/files.js'
import type { Config } from '../configuration/config.js'
import { type Checkpoint, type FoundCheckpoint, findCheckpoint, hashGraph } from '../model/checkpoint.js'
import { command } from '../terminal/say.js'
import type { RunFolder } from './run-folder.js'
import { BestSoFar } from './watch/best-so-far.js'

/** @throws Problem `another-graph` if the run's checkpoint is of another graph than the config's */
export function newestCheckpoint(run: RunFolder, { graph }: Config): FoundCheckpoint | undefined {
  if (listCheckpoints(run.checkpoints).length === 0) return undefined // killed before the first one: from the start
  const found = findCheckpoint(run.path)
  if (found.checkpoint.graphHash === hashGraph(graph)) return found
  throw new Problem('another-graph', `The checkpoint of ${run.path} is of another graph than the config's.`, {
    hint: command`Go on with the run's own config: ./earshot train --run ${run.path} --resume. Or start a new run from its weights: --from ${run.path}`,
  })
}

/**
 * Going on would not be the same run bit for bit.
 *
 * @param anyway says so and goes on, if there are differences
 * @throws Problem `not-the-same-run` if there are, and nobody has said that it may go on
 */
export function refuseDifferences(differences: readonly string[], step: number, run: RunFolder, anyway: boolean): void {
  if (differences.length === 0) return
  const listed = differences.map(one => `\n  ${one}`).join('')
  if (anyway) {
    process.stderr.write(`Going on from step ${step}, but not bit for bit:${listed}\n`)
    return
  }
  throw new Problem('not-the-same-run', `${run.path} cannot go on as the same run:${listed}`, {
    hint: `Put that right; or go on all the same, which gives other numbers: --resume --anyway. Or start a new run from its weights: --from ${run.path}`,
  })
}

/** Whether a run has come to its last step, or has stopped early. */
export function isFinished(run: RunFolder, { train }: Config, { step }: Checkpoint): boolean {
  const { patience } = train.watch ?? {}
  return step >= train.steps || (patience !== undefined && new BestSoFar(run, step).since >= patience)
}
