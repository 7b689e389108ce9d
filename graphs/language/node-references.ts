/** Where a node's map names other nodes: under `from`, under the ports of its stage, under `shares` and `follows`. */
import type { Expectation, Stage } from '../../stages/contract.js'
import type { Branch, Leaf, Tree } from './tree.js'
import type { Stages } from './wired.js'

/** A leaf that names a node, or a side of one: `near.a`. */
export type Reference = Leaf & { value: string }

/** Under these a node names the one whose weights it uses or follows: nothing is read there. */
export const OWNER_WORDS = ['shares', 'follows'] as const

/** The node whose weights another one shares or follows. */
export const ownerOf = (node: Branch): string | undefined => textAt(node, 'shares') ?? textAt(node, 'follows')

/** The stage that a node's map names; that of the node whose weights it shares or follows, if it names none. */
export function stageOf(node: Branch, nodes: Branch, stages: Stages): Stage | undefined {
  const owner = ownerOf(node)
  const shared = owner === undefined ? undefined : nodes.entries.get(owner)?.value
  const name = textAt(node, 'stage') ?? (shared?.kind === 'map' ? textAt(shared, 'stage') : undefined)
  return name === undefined ? undefined : stages.get(name)
}

/** Every reference of a node, as it stands. */
export function referencesIn(node: Branch, stage: Stage | undefined): Reference[] {
  const found: Reference[] = []
  changeReferences(node, stage, reference => {
    found.push(reference)
    return reference
  })
  return found
}

/** What becomes of a reference under a key of a node: `from`, `shares`, `follows`, or a port. */
export type Change = (one: Reference, key: string) => Tree

/** The node with each reference replaced by what `change` gives. */
export function changeReferences(node: Branch, stage: Stage | undefined, change: Change): Branch {
  const keys = new Set<string>(['from', ...OWNER_WORDS, ...Object.keys(stage?.in ?? {})])
  const entries = [...node.entries].map(([name, entry]) => {
    const value = keys.has(name) ? changed(entry.value, one => change(one, name)) : entry.value
    return [name, { ...entry, value }] as const
  })
  return { ...node, entries: new Map(entries) }
}

function changed(tree: Tree, change: (one: Reference) => Tree): Tree {
  if (tree.kind === 'list') return { ...tree, items: tree.items.map(item => changed(item, change)) }
  return isReference(tree) ? change(tree) : tree
}

/** What a node reads from the stream at the first port of its stage that is no bank. */
export function firstStreamInput(node: Branch, stage: Stage | undefined): Reference | undefined {
  const ports = Object.entries((stage?.in ?? { from: { bank: false } }) as Record<string, Expectation<unknown>>)
  const at = ports.findIndex(([, { bank }]) => !bank)
  const name = ports[at]?.[0]
  if (name === undefined) return undefined
  const from = node.entries.get('from')?.value
  const own = name === 'from' ? undefined : node.entries.get(name)?.value
  const found = own ?? (from?.kind === 'list' ? from.items[at] : at === 0 ? from : undefined)
  return found && isReference(found) ? found : undefined
}

/** The node that a reference names: `near` of `near.a`. */
export const nodeOf = ({ value }: Reference): string => value.split('.')[0]!

export function textAt(node: Branch, key: string): string | undefined {
  const value = node.entries.get(key)?.value
  return value && isReference(value) ? value.value : undefined
}

const isReference = (tree: Tree): tree is Reference => tree.kind === 'leaf' && typeof tree.value === 'string'
