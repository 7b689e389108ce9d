import { inspect } from 'node:util'
import { Problem } from '../../data/problem.js'

/**
 * `{ set: 'nodes.mel.bands=128' }`, `{ without: 'mixed' }`, `{ swap: 'masked=random-resized-crop{area: [0.5, 1]}' }`.
 *
 * `folder`: of the file that says so, from which relative names of files count; from here if absent.
 */
export type Edit = ({ set: string } | { without: string } | { swap: string }) & { folder?: string }

/** @throws Problem `bad-edit` that names the first that is none: code hands edits over, and nobody may have seen their types */
export function demandEdits(edits: readonly Edit[]): void {
  const wrong = Array.isArray(edits) ? edits.findIndex(edit => !isEdit(edit)) : undefined
  if (wrong === -1) return
  const [name, given] = wrong === undefined ? ['edits', edits] : [`edits[${wrong}]`, edits[wrong]]
  const message = `${name} ${wrong === undefined ? 'must be a list' : 'is no edit'}: ${inspect(given, { breakLength: Infinity })}.`
  throw new Problem('bad-edit', message, {
    hint: "Edits are { set: 'nodes.mel.bands=128' }, { without: 'mixed' } and { swap: 'encoder=resnet18' }.",
  })
}

function isEdit(edit: unknown): boolean {
  if (typeof edit !== 'object' || edit === null) return false
  const { folder, ...kinds } = edit as Record<string, unknown>
  const [[kind, text] = [], ...more] = Object.entries(kinds)
  const known = kind !== undefined && ['set', 'without', 'swap'].includes(kind)
  return known && more.length === 0 && typeof text === 'string' && ['string', 'undefined'].includes(typeof folder)
}
