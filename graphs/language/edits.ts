/** Edits of a document from the command line: `--set`, `--without` and `--swap`, one after the other as given. */

import { nearestName, suggestion } from '../../data/nearest-name.js'
import { Problem } from '../../data/problem.js'
import type { Edit } from './edit.js'
import { merge } from './merge.js'
import { textAt } from './node-references.js'
import { readOverride } from './overrides.js'
import { swapNode } from './swap.js'
import { type Branch, branchAt, type Spot } from './tree.js'
import type { Stages } from './wired.js'
import { withoutNode } from './without.js'

export type { Edit }

/** An edit as it is typed: `--without mixed`. */
export function editInWords(edit: Edit): string {
  return wordsOf(edit).join(' ')
}

/** Edits as arguments of a process: `--without`, `mixed`. */
export function editArguments(edits: readonly Edit[]): string[] {
  let from = '.'
  return edits.flatMap(edit => {
    const { folder = '.' } = edit
    const moved = folder === from ? [] : ['--files-from', folder]
    from = folder
    return [...moved, ...wordsOf(edit)]
  })
}

function wordsOf(edit: Edit): [string, string] {
  if ('set' in edit) return ['--set', edit.set]
  return 'without' in edit ? ['--without', edit.without] : ['--swap', edit.swap]
}

/** The document with the edits made; what cannot be done is in `problems`, and left undone. */
export function applyEdits(tree: Branch, edits: readonly Edit[], stages: Stages, problems: Problem[]): Branch {
  return edits.reduce((document, edit) => applied(edit, document, stages, problems), tree)
}

function applied(edit: Edit, document: Branch, stages: Stages, problems: Problem[]): Branch {
  const nodes = branchAt(document, 'nodes')
  if ('set' in edit) {
    const override = readOverride(edit.set, nodes, edit.folder)
    problems.push(...override.problems)
    return override.tree ? merge(document, override.tree, problems) : document
  }
  if (!nodes) return document
  const spot: Spot = { file: editInWords(edit), ...(edit.folder !== undefined && { folder: edit.folder }) }
  const value =
    'without' in edit
      ? without(edit.without.trim(), nodes, stages, spot, problems)
      : swap(edit.swap, nodes, stages, spot, problems)
  const { key } = document.entries.get('nodes')!
  return { ...document, entries: new Map(document.entries).set('nodes', { key, value }) }
}

function without(name: string, nodes: Branch, stages: Stages, spot: Spot, problems: Problem[]): Branch {
  const part = [...nodes.entries.keys()].filter(id => id.startsWith(`${name}/`))
  const id = part.length > 0 ? name : nodeMeant(name, nodes, spot, problems)
  return id === undefined ? nodes : withoutNode(id, nodes, stages, spot, problems)
}

function swap(argument: string, nodes: Branch, stages: Stages, spot: Spot, problems: Problem[]): Branch {
  const cut = argument.indexOf('=')
  if (cut < 0) {
    const message = `--swap takes node=stage, for example --swap encoder=resnet18 or --swap masked=companding{factor: [0.5, 1]}. There is no '=' here.`
    problems.push(new Problem('bad-swap', message, { place: spot }))
    return nodes
  }
  const id = nodeMeant(argument.slice(0, cut).trim(), nodes, spot, problems)
  return id === undefined ? nodes : swapNode(id, argument.slice(cut + 1).trim(), nodes, stages, spot, problems)
}

/** The node with this id, or the only one of this stage. */
function nodeMeant(name: string, nodes: Branch, spot: Spot, problems: Problem[]): string | undefined {
  if (nodes.entries.has(name)) return name
  const alike = [...nodes.entries].filter(([, { value }]) => value.kind === 'map' && textAt(value, 'stage') === name)
  if (alike.length === 1) return alike[0]![0]
  const ids = [...nodes.entries.keys()]
  const gone = nodes.removed?.get(name)
  const near = nearestName(name, ids)
  const message =
    alike.length > 1
      ? `${alike.map(([id]) => `'${id}'`).join(' and ')} are of the stage '${name}'. Name one of them.`
      : gone
        ? `There is no node '${name}': it is removed already.`
        : `There is no node '${name}'. ${near ? `Did you mean '${near}'?` : suggestion(name, ids, 20)}`.trimEnd()
  problems.push(new Problem('unknown-node', message, { place: spot }))
  return undefined
}
