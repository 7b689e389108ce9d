/** `--without NODE`: whoever read the node reads what the node read; what was made for it alone goes with it. */
import type { Problem } from '../../data/problem.js'
import {
  changeReferences,
  firstStreamInput,
  nodeOf,
  type Reference,
  referencesIn,
  stageOf,
  textAt,
} from './node-references.js'
import { type Branch, type Entry, problemAt, type Spot } from './tree.js'
import type { Stages } from './wired.js'

/**
 * The nodes without one of them, or without a whole sub-graph (`id/...`). Whether its readers can read what takes its
 * place is for the checker to say, at the place of the edit.
 *
 * @param spot the edit, to which every changed reference is put down
 */
export function withoutNode(id: string, nodes: Branch, stages: Stages, spot: Spot, problems: Problem[]): Branch {
  const gone = new Set([...nodes.entries.keys()].filter(name => name === id || name.startsWith(`${id}/`)))
  const readers = readersOf(nodes, stages)
  const outside = [...gone].flatMap(name => readers.get(name) ?? []).filter(name => !gone.has(name))
  if (outside.length === 0 && isOnlyLoss(gone, nodes, stages)) {
    const message = `'${id}' is the only loss: without it nothing would be trained.`
    problems.push(problemAt('cannot-remove', spot, ['nodes', id], message, 'Exchange it with --swap.'))
    return nodes
  }
  const inPlace = outside.length === 0 ? undefined : takingPlace(gone, nodes, stages)
  if (outside.length > 0 && !inPlace) {
    const message = `'${id}' reads no other node, so nothing can take its place for ${inWords(outside)}.`
    problems.push(problemAt('cannot-remove', spot, ['nodes', id], message, 'Exchange it with --swap.'))
    return nodes
  }
  const rewire = (reference: Reference): Reference => {
    if (!gone.has(nodeOf(reference)) || !inPlace) return reference
    const lane = reference.value.slice(nodeOf(reference).length)
    return { kind: 'leaf', spot, value: inPlace.value + lane }
  }
  const entries = new Map<string, Entry>()
  for (const [name, entry] of nodes.entries) {
    if (gone.has(name)) continue
    const { value } = entry
    if (value.kind !== 'map') entries.set(name, entry)
    else entries.set(name, { ...entry, value: changeReferences(value, stageOf(value, nodes, stages), rewire) })
  }
  const removed = new Map(nodes.removed)
  for (const name of gone) removed.set(name, spot)
  return pruned({ ...nodes, entries, removed }, readers, stages, spot)
}

/** Takes away what was read before and is not any more, and what was made for that alone. */
function pruned(nodes: Branch, before: ReadonlyMap<string, string[]>, stages: Stages, spot: Spot): Branch {
  const readers = readersOf(nodes, stages)
  const idle = [...nodes.entries.keys()].find(id => before.has(id) && !readers.has(id))
  if (idle === undefined) return nodes
  const entries = handedOn(idle, nodes)
  entries.delete(idle)
  return pruned({ ...nodes, entries, removed: new Map(nodes.removed).set(idle, spot) }, before, stages, spot)
}

/** Weights of a node that goes pass to the first of those that share them. */
function handedOn(id: string, nodes: Branch): Map<string, Entry> {
  const entries = new Map(nodes.entries)
  const owner = entries.get(id)!.value as Branch
  const [heir, ...others] = [...entries].filter(
    ([, { value }]) => value.kind === 'map' && textAt(value, 'shares') === id,
  )
  if (!heir) return entries
  const own = [...(heir[1].value as Branch).entries].filter(([name]) => name !== 'shares')
  const inherited = [...owner.entries].filter(([name]) => name !== 'from')
  entries.set(heir[0], {
    ...heir[1],
    value: { ...(heir[1].value as Branch), entries: new Map([...inherited, ...own]) },
  })
  for (const [name, entry] of others) {
    const value = entry.value as Branch
    const shares = value.entries.get('shares')!
    const leaf = { ...(shares.value as Reference), value: heir[0] }
    entries.set(name, {
      ...entry,
      value: { ...value, entries: new Map(value.entries).set('shares', { ...shares, value: leaf }) },
    })
  }
  return entries
}

/** Who reads each node that is read by any; sharing weights is not reading. */
function readersOf(nodes: Branch, stages: Stages): Map<string, string[]> {
  const readers = new Map<string, string[]>()
  for (const [id, { value }] of nodes.entries) {
    if (value.kind !== 'map') continue
    const { shares: _, ...rest } = Object.fromEntries(value.entries)
    const reading = { ...value, entries: new Map(Object.entries(rest)) }
    for (const reference of referencesIn(reading, stageOf(value, nodes, stages))) {
      const read = nodeOf(reference)
      readers.set(read, [...(readers.get(read) ?? []), id])
    }
  }
  return readers
}

/** What the first of the nodes reads from outside. */
function takingPlace(gone: ReadonlySet<string>, nodes: Branch, stages: Stages): Reference | undefined {
  for (const id of gone) {
    const { value } = nodes.entries.get(id)!
    const input = value.kind === 'map' ? firstStreamInput(value, stageOf(value, nodes, stages)) : undefined
    if (input && !gone.has(nodeOf(input))) return input
  }
  return undefined
}

function isOnlyLoss(gone: ReadonlySet<string>, nodes: Branch, stages: Stages): boolean {
  const losses = [...nodes.entries].filter(([, { value }]) => {
    const stage = value.kind === 'map' ? stageOf(value, nodes, stages) : undefined
    return stage?.runsIn === 'tensor' && stage.role === 'loss'
  })
  return losses.length > 0 && losses.every(([id]) => gone.has(id))
}

function inWords(ids: string[]): string {
  return [...new Set(ids)].map(id => `'${id}'`).join(', ')
}
