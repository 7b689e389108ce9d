/** Whose fault it is that a node's work on a clip fails: the clip's, the stage's, or that of a node before it. */
import { Problem } from '../../data/problem.js'
import type { Stage } from '../../stages/contract.js'
import { placeOfError } from '../../stages/in-source.js'
import { fileOf } from '../../stages/registry.js'
import type { CheckedNode } from '../language/checked.js'

type Values = Readonly<Record<string, unknown>>

/**
 * What to throw in place of an error. A clip that cannot be used (RangeError), what the system says and problems stay as
 * they are; anything else is a mistake of the stage, and its node and line are named.
 *
 * @param values of the nodes before it: where one is not finite, that node is at fault
 */
export function atFault(
  error: unknown,
  node: CheckedNode,
  stage: Stage,
  nodes: readonly CheckedNode[],
  values: Values,
) {
  if (error instanceof Problem) return error
  const notFinite = notFiniteIn(nodes, values)
  if (notFinite) return notFinite
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  if (error instanceof RangeError || typeof code === 'string') return error
  const file = fileOf(stage)
  const line = file && placeOfError(file, error)?.line
  const where = line ? ` at ${file}:${line}` : ''
  return new Problem('stage-failed', `'${node.id}' (${stage.name}) fails${where}: ${message ?? error}`, {
    cause: error,
  })
}

/** The first node that made a number which is not finite, as a problem; none if all are finite. */
export function notFiniteIn(nodes: readonly CheckedNode[], values: Values): Problem | undefined {
  const node = nodes.find(({ id }) => !allFinite(values[id]))
  if (!node) return undefined
  return new Problem('not-finite', `'${node.id}' (${node.stage}) gives numbers that are not finite.`, {
    hint: 'What it was given is finite: look at what the stage does with silence, or with numbers that are all alike.',
  })
}

/** Numbers, or pairs and channels of them; what is no number of one size (a spectrogram, a clip) counts as finite. */
export function allFinite(value: unknown): boolean {
  if (value instanceof Float32Array) {
    let sum = 0
    for (let i = 0; i < value.length; i++) sum += 0 * value[i]!
    return sum === 0
  }
  if (Array.isArray(value)) return value.every(allFinite)
  const { a, b } = (value ?? {}) as { a?: unknown; b?: unknown }
  return a === undefined || b === undefined || (allFinite(a) && allFinite(b))
}
