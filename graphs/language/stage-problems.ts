/** Mistakes in the code of a stage: shown at their line if the file is from outside Earshot, else at the node. */
import { Problem } from '../../data/problem.js'
import { placeOfError, placeOfKey } from '../../stages/in-source.js'
import { fileOf } from '../../stages/registry.js'
import { shown } from './own-stages.js'
import { problemAt } from './tree.js'
import type { WiredNode } from './wired.js'

/** @param key of the contract: `out`, `work` */
export function stageProblem(code: string, node: WiredNode, key: string, message: string, error?: unknown): Problem {
  const file = node.stage && fileOf(node.stage)
  if (file === undefined) return problemAt(code, node.stageSpot, ['nodes', node.id, 'stage'], message)
  const place = placeOfError(file, error) ?? placeOfKey(file, key)
  const hint = `The node '${node.id}' uses it.`
  return new Problem(code, message, { place: { ...place, path: key, file: shown(file) }, hint, cause: error })
}

/** A function of the contract threw what it should not have. */
export function stageFailed(node: WiredNode, key: string, error: unknown): Problem {
  const { message } = (error ?? {}) as { message?: unknown }
  const words = `${key} of ${node.stage!.name} fails: ${String(message ?? error)}`
  return stageProblem('stage-failed', node, key, /[.!?]$/.test(words) ? words : `${words}.`, error)
}
