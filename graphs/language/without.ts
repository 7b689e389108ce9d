/** `--without NODE`: whoever read the node reads what the node read; what was made for it alone goes with it. */
import type { Problem } from '../../data/problem.js'
import {
  changeReferences,
  firstStreamInput,
  nodeOf,
  OWNER_WORDS,
  ownerOf,
  type Reference,
  stageOf,
  textAt,
} from './node-references.js'
import { type Branch, type Entry, problemAt, type Spot, type Tree } from './tree.js'
import type { Stages } from './wired.js'

/**
 * The nodes without one of them, or without a whole sub-graph (`id/...`). Nodes that share the weights of one that goes,
 * or follow them, are the same part of the network at work elsewhere, and go with it. Whether the readers can read what takes its place
 * is for the checker to say, at the place of the edit.
 *
 * @param spot the edit, to which every changed reference is put down
 */
export function withoutNode(id: string, nodes: Branch, stages: Stages, spot: Spot, problems: Problem[]): Branch {
  const group = [...nodes.entries.keys()].filter(name => name === id || name.startsWith(`${id}/`))
  const twins = [...nodes.entries].flatMap(([name, { value }]) =>
    value.kind === 'map' && group.includes(ownerOf(value) ?? '') && !group.includes(name) ? [name] : [],
  )
  let left = nodes
  for (const gone of [group, ...twins.map(twin => [twin])]) {
    const cut = cutOut(new Set(gone), left, stages, spot)
    if (typeof cut === 'string') {
      problems.push(problemAt('cannot-remove', spot, ['nodes', id], cut, 'Exchange it with --swap.'))
      return nodes
    }
    left = cut
  }
  return pruned(left, readersOf(nodes, stages), stages, spot)
}

/** The nodes without these, whose readers read on at what the first of them read; or why that cannot be. */
function cutOut(gone: ReadonlySet<string>, nodes: Branch, stages: Stages, spot: Spot): Branch | string {
  const [id] = gone
  const readers = readersOf(nodes, stages)
  const outside = [...gone].flatMap(name => readers.get(name) ?? []).filter(name => !gone.has(name))
  if (outside.length === 0 && isOnlyLoss(gone, nodes, stages))
    return `'${id}' is the only loss: without it nothing would be trained.`
  const inPlace = outside.length === 0 ? undefined : takingPlace(gone, nodes, stages)
  if (outside.length > 0 && !inPlace)
    return `'${id}' reads no other node, so nothing can take its place for ${inWords(outside)}.`
  const rewire = (reference: Reference, key: string): Reference => {
    if (!gone.has(nodeOf(reference)) || !inPlace || isOwnerWord(key)) return reference
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
  return { ...nodes, entries, removed }
}

/** Takes away what was read before and is not any more, and what was made for that alone. */
function pruned(nodes: Branch, before: ReadonlyMap<string, string[]>, stages: Stages, spot: Spot): Branch {
  const left = { ...nodes, entries: new Map(nodes.entries), removed: new Map(nodes.removed) }
  const readers = new Map([...readersOf(nodes, stages)].map(([id, by]) => [id, by.length]))
  const shared = new Set([...left.entries.values()].map(({ value }) => value.kind === 'map' && textAt(value, 'shares')))
  const idle = [...left.entries.keys()].filter(id => before.has(id) && !readers.has(id))
  for (const id of idle) {
    for (const read of readBy(left.entries.get(id)!.value, left, stages)) {
      const count = readers.get(read)! - 1
      readers.set(read, count)
      if (count === 0 && before.has(read) && left.entries.has(read)) idle.push(read)
    }
    if (shared.has(id)) shared.add(handOn(id, left.entries))
    left.entries.delete(id)
    left.removed.set(id, spot)
  }
  return left
}

/** Weights of a node that goes pass to the first of those that share them, whose id is given. */
function handOn(id: string, entries: Map<string, Entry>): string | false {
  const owner = entries.get(id)!.value as Branch
  const [heir, ...others] = [...entries].filter(
    ([, { value }]) => value.kind === 'map' && textAt(value, 'shares') === id,
  )
  if (!heir) return false
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
  return heir[0]
}

/** Who reads each node that is read by any, once for each time; sharing weights is not reading. */
function readersOf(nodes: Branch, stages: Stages): Map<string, string[]> {
  const readers = new Map<string, string[]>()
  for (const [id, { value }] of nodes.entries)
    for (const read of readBy(value, nodes, stages)) {
      const known = readers.get(read)
      if (known) known.push(id)
      else readers.set(read, [id])
    }
  return readers
}

function readBy(node: Tree, nodes: Branch, stages: Stages): string[] {
  if (node.kind !== 'map') return []
  const read: string[] = []
  changeReferences(node, stageOf(node, nodes, stages), (reference, key) => {
    if (!isOwnerWord(key)) read.push(nodeOf(reference))
    return reference
  })
  return read
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

const isOwnerWord = (key: string) => OWNER_WORDS.some(word => word === key)

function inWords(ids: string[]): string {
  return [...new Set(ids)].map(id => `'${id}'`).join(', ')
}
