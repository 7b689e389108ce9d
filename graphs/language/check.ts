/** Checks the nodes of a document against the contracts of their stages. */

import { nearestName } from '../../data/nearest-name.js'
import type { Problem } from '../../data/problem.js'
import type { CheckedGraph, CheckedNode } from './checked.js'
import { type Inference, inferNode } from './infer.js'
import { inOrder } from './order.js'
import type { StageBook } from './own-stages.js'
import {
  banksAreDrawFree,
  cachedAreDrawFree,
  jointIsForTensors,
  knownNodes,
  noDeadEnds,
  oneBatchSize,
  oneSource,
  sharedAlike,
  sharedDrawsAreDrawn,
  someLossCounts,
  somethingLearns,
} from './rules.js'
import { type Branch, branchAt, inCircle, problemAt } from './tree.js'
import type { WiredNode } from './wired.js'
import { wireNodes } from './wiring.js'

const RULES = [
  cachedAreDrawFree,
  knownNodes,
  oneSource,
  noDeadEnds,
  oneBatchSize,
  banksAreDrawFree,
  jointIsForTensors,
  sharedAlike,
  somethingLearns,
  someLossCounts,
  sharedDrawsAreDrawn,
]

/** The graph, or `undefined` with every mistake in `problems`. */
export function checkGraph(
  document: Branch,
  book: Pick<StageBook, 'stages' | 'isBroken'>,
  problems: Problem[],
): CheckedGraph | undefined {
  const { stages } = book
  const before = problems.length
  const tree = branchAt(document, 'nodes')
  if (!tree || tree.entries.size === 0) {
    const { key } = document.entries.get('nodes') ?? {}
    const slip = key
      ? problems.some(({ place }) => place?.path?.startsWith('nodes'))
      : isTold(nearestName('nodes', document.entries.keys()), problems)
    if (!slip) {
      const message = "There are no nodes. A graph lists them under 'nodes:', or extends a file that does."
      problems.push(problemAt('no-nodes', key ?? { file: document.spot.file }, ['nodes'], message))
    }
    return undefined
  }
  const nodes = wireNodes(tree, stages, problems, name => book.isBroken(name))
  const { order, circles } = inOrder(nodes)
  for (const circle of circles) problems.push(circleProblem(circle, nodes))
  const inferred = new Map<string, CheckedNode>()
  const read = new Set(nodes.flatMap(({ wires }) => wires.map(({ node }) => node)))
  const inference: Inference = { inferred, stages, problems, unread: id => !read.has(id), offered: new Set() }
  for (const node of order) {
    const checked = inferNode(node, inference)
    if (checked) inferred.set(node.id, checked)
  }
  for (const rule of RULES) {
    rule(nodes, problems, { tree, key: document.entries.get('nodes')!.key, inferred, offered: inference.offered })
  }
  return problems.length === before ? { nodes: [...inferred.values()] } : undefined
}

/** A misspelt key is told as such, where all keys are known. */
const isTold = (key: string | undefined, problems: readonly Problem[]) =>
  key !== undefined && problems.some(({ place }) => place?.path === key)

function circleProblem(circle: string[], nodes: readonly WiredNode[]): Problem {
  const [last, first] = [circle.at(-2)!, circle[0]!]
  const node = nodes.find(({ id }) => id === first)!
  const wire = node.wires.find(wire => wire.node === last)!
  const words = circle.length === 2 ? `'${first}' reads itself.` : `Nodes read each other ${inCircle(circle)}.`
  return problemAt('cycle', wire.spot, wire.path, words)
}
