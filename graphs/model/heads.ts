/** Which encoder a head hears through. */
import type { Stage } from '../../stages/contract.js'
import type { CheckedGraph, CheckedNode } from '../language/checked.js'

/** The nodes from an encoder on to a head; the encoder alone if it is named itself; nothing if there is none above. */
export function fromEncoder(
  graph: CheckedGraph,
  stages: ReadonlyMap<string, Stage>,
  id: string,
): CheckedNode[] | undefined {
  const way: CheckedNode[] = []
  let node = graph.nodes.find(other => other.id === id)
  while (node) {
    const stage = stages.get(node.stage)
    if (stage?.runsIn !== 'tensor' || stage.role === 'loss') return undefined
    way.unshift(node)
    if (stage.role === 'encoder') return way
    const { from } = node.inputs
    node = graph.nodes.find(other => other.id === from?.node)
  }
  return undefined
}
