/** What an edit does to a graph: nodes added, removed and changed, and what flows differently because of it. */
import { describePort } from '../../stages/ports.js'
import type { CheckedGraph, CheckedNode } from '../language/checked.js'
import { nodeRemarks } from './remarks.js'

/** `affected`: the node itself is as it was, but something else arrives or leaves. */
export type Change = 'same' | 'added' | 'removed' | 'changed' | 'affected'

export interface NodeDiff {
  /** As it is after the edit; as it was, if it is removed. */
  node: CheckedNode
  change: Change
  /** `ratio: [0, 0.05] -> [0, 0.2]`; with `affected`, what left before. */
  details: string[]
}

/** Every node of both graphs: those of `after` in their order, the removed ones where they stood. */
export function diffGraphs(before: CheckedGraph, after: CheckedGraph): NodeDiff[] {
  const old = new Map(before.nodes.map(node => [node.id, node]))
  const now = new Set(after.nodes.map(({ id }) => id))
  const diffs = after.nodes.map(node => diffNode(old.get(node.id), node))
  for (const [at, node] of before.nodes.entries()) {
    if (now.has(node.id)) continue
    const previous = before.nodes[at - 1]?.id
    const place = diffs.findIndex(({ node: { id } }) => id === previous) + 1
    diffs.splice(place, 0, { node, change: 'removed', details: [] })
  }
  return diffs
}

function diffNode(before: CheckedNode | undefined, node: CheckedNode): NodeDiff {
  if (!before) return { node, change: 'added', details: [] }
  const swapped = before.stage !== node.stage
  const parts = [writtenParts(before, swapped), writtenParts(node, swapped)] as const
  const names = [...new Set(parts.flatMap(part => [...part.keys()]))]
  const details = names.flatMap(name => {
    const [was, is] = parts.map(part => part.get(name))
    return was === is ? [] : [`${name}: ${was ?? 'none'} -> ${is ?? 'none'}`]
  })
  const [was, is] = [describePort(before.out), describePort(node.out)]
  const flows = was === is ? [] : [`gave ${was}`]
  if (details.length > 0) return { node, change: 'changed', details: [...details, ...flows] }
  return { node, change: flows.length > 0 ? 'affected' : 'same', details: flows }
}

/** All that an author writes of a node, as text by name; another stage's parameters are not to be compared. */
function writtenParts(node: CheckedNode, swapped: boolean): Map<string, string> {
  const inputs = Object.entries(node.inputs).map(([port, input]) => [
    port,
    input.lane ? `${input.node}.${input.lane}` : input.node,
  ])
  const parameters = Object.entries(swapped ? {} : node.parameters).map(([name, value]) => [name, written(value)])
  const remarks = nodeRemarks(node)
  const rest = remarks.length > 0 ? [['with', remarks.join(', ')]] : []
  return new Map([['stage', node.stage], ...inputs, ...parameters, ...rest] as [string, string][])
}

function written(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return `[${value.map(written).join(', ')}]`
  if (value === null || typeof value !== 'object') return String(value)
  return `{ ${Object.entries(value)
    .map(([name, inner]) => `${name}: ${written(inner)}`)
    .join(', ')} }`
}

const MARKS: Record<Change, string> = { same: ' ', added: '+', removed: '-', changed: '~', affected: ' ' }

/** For the terminal: a line a node with its mark, what has changed below it; at the end a count. */
export function drawDiffText(diffs: readonly NodeDiff[]): string {
  const width = (values: string[]) => Math.max(0, ...values.map(value => value.length))
  const id = width(diffs.map(({ node }) => node.id))
  const stage = width(diffs.map(({ node }) => node.stage))
  const lines = diffs.flatMap(({ node, change, details }) => [
    `${MARKS[change]} ${node.id.padEnd(id)}  ${node.stage.padEnd(stage)}  ${describePort(node.out)}`,
    ...details.map(detail => `    ${detail}`),
  ])
  return [...lines, '', summary(diffs)].join('\n')
}

/** `Nodes: 1 removed (-), 2 changed (~), 3 with other shapes only.` */
export function summary(diffs: readonly NodeDiff[]): string {
  const count = (change: Change) => diffs.filter(diff => diff.change === change).length
  const words: [number, string][] = [
    [count('added'), 'added (+)'],
    [count('removed'), 'removed (-)'],
    [count('changed'), 'changed (~)'],
    [count('affected'), 'with other shapes only'],
  ]
  const told = words.filter(([number]) => number > 0)
  if (told.length === 0) return 'No difference.'
  return `Nodes: ${told.map(([number, word]) => `${number} ${word}`).join(', ')}.`
}
