import { Problem } from '../data/problem.js'
import type { Stage } from './contract.js'
import { placeOfError, placeOfKey } from './in-source.js'
import { fileOf } from './registry.js'

/**
 * Runs a function of a stage's contract. What a stage from outside Earshot throws, and should not, becomes a problem at
 * its line; what an installed one throws is passed on.
 *
 * @param doing the key of the contract, `build`
 * @throws Problem `stage-failed`
 */
export function guarded<Value>(stage: Stage, node: string, doing: string, run: () => Value): Value {
  try {
    return run()
  } catch (error) {
    const file = fileOf(stage)
    if (file === undefined || error instanceof Problem) throw error
    const reason = error instanceof Error ? error.message : String(error)
    const message = `${doing} of ${stage.name} fails at the node '${node}': ${reason}`
    throw new Problem('stage-failed', message, {
      place: placeOfError(file, error) ?? placeOfKey(file, doing),
      cause: error,
    })
  }
}
