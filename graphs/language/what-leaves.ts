/** What leaves a node by the contract of its stage, and whether its work begins at all. */
import { Problem } from '../../data/problem.js'
import { ParameterProblem, type Stage } from '../../stages/contract.js'
import { portMistake } from '../../stages/contract-mistakes.js'
import { placeOfError, placeOfKey } from '../../stages/in-source.js'
import type { Port } from '../../stages/ports.js'
import { fileOf } from '../../stages/registry.js'
import { shown } from './own-stages.js'
import { problemAt } from './tree.js'
import type { WiredNode } from './wired.js'

/** The port of one lane, or `undefined` with the reason in `problems`. */
export function outOf(
  node: WiredNode,
  stage: Stage,
  ports: Record<string, Port>,
  parameters: Record<string, unknown>,
  problems: Problem[],
): Port | undefined {
  try {
    const out: unknown = stage.out(ports, parameters)
    const mistake = portMistake(out)
    if (mistake === undefined) return out as Port
    const message = `out of ${stage.name} gives ${mistake}; expected is a port, such as { kind: 'patch', rate, hop, bands, frames }.`
    problems.push(stageProblem('bad-port', node, 'out', message))
  } catch (error) {
    if (!(error instanceof ParameterProblem)) problems.push(stageFailed(node, 'out', error))
    else problems.push(doesNotFit(node, stage, error))
  }
  return undefined
}

function doesNotFit({ id, wires, tree, stageSpot }: WiredNode, stage: Stage, error: ParameterProblem): Problem {
  const { parameter } = error
  const wire = wires.find(({ port }) => port === parameter)
  const written = wire ?? tree.entries.get(parameter)?.value
  const byDefault =
    !written && parameter in stage.parameters.shape ? ' (This is its default; write another value.)' : ''
  const message = `${parameter}: ${error.message}${/[.!?]$/.test(error.message) ? '' : '.'}${byDefault}`
  return problemAt('parameter-does-not-fit', written?.spot ?? stageSpot, ['nodes', id, parameter], message)
}

/** What a stage from outside Earshot prepares for all items (the outer function of `work` and `build`) is tried out. */
export function begins(
  node: WiredNode,
  stage: Stage,
  ports: Record<string, Port> & { out: Port },
  parameters: Record<string, unknown>,
  problems: Problem[],
): boolean {
  if (fileOf(stage) === undefined || (stage.runsIn !== 'item' && stage.runsIn !== 'tensor')) return true
  const key = stage.runsIn === 'item' ? 'work' : 'build'
  try {
    const made: unknown = stage.runsIn === 'item' ? stage.work(parameters, ports) : stage.build(parameters, ports)
    if (typeof made === 'function') return true
    const inner =
      key === 'work'
        ? 'one for each item: parameters => ({ from }) => ...'
        : 'one that makes weights: parameters => (engine, scope) => ...'
    problems.push(
      stageProblem('bad-contract', node, key, `${key} of ${stage.name} is a function that gives another, ${inner}`),
    )
  } catch (error) {
    problems.push(stageFailed(node, key, error))
  }
  return false
}

/**
 * A mistake in the code of a stage: shown at its line if the file is from outside Earshot, else at the node.
 *
 * @param key of the contract: `out`, `work`
 */
function stageProblem(code: string, node: WiredNode, key: string, message: string, error?: unknown): Problem {
  const file = node.stage && fileOf(node.stage)
  if (file === undefined) return problemAt(code, node.stageSpot, ['nodes', node.id, 'stage'], message)
  const place = placeOfError(file, error) ?? placeOfKey(file, key)
  const hint = `The node '${node.id}' uses it.`
  return new Problem(code, message, { place: { ...place, path: key, file: shown(file) }, hint, cause: error })
}

/** A function of the contract threw what it should not have. */
function stageFailed(node: WiredNode, key: string, error: unknown): Problem {
  const { message } = (error ?? {}) as { message?: unknown }
  const words = `${key} of ${node.stage!.name} fails: ${String(message ?? error)}`
  return stageProblem('stage-failed', node, key, /[.!?]$/.test(words) ? words : `${words}.`, error)
}
