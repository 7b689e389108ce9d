import type { CheckedGraph } from './checked.js'

/** A node and all that it is made of, in the order of the graph. */
export function upTo(graph: CheckedGraph, id: string): CheckedGraph {
  const needed = new Set([id])
  for (const { id, inputs } of [...graph.nodes].reverse())
    if (needed.has(id)) for (const { node } of Object.values(inputs)) needed.add(node)
  return { ...graph, nodes: graph.nodes.filter(({ id }) => needed.has(id)) }
}
