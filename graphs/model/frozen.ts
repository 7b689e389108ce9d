/** Which weights never learn: those of frozen nodes, and those of the frozen layers of others. */
import { Problem } from '../../data/problem.js'
import { nodeOfWeight, type Weights } from '../../engine/weights.js'
import type { CheckedNode } from '../language/checked.js'

/** How the names of weights begin that never learn while others of their node do: `encoder.block0.`. */
export function frozenLayers(nodes: readonly CheckedNode[]): string[] {
  return nodes.flatMap(({ id, frozen }) => (Array.isArray(frozen) ? frozen.map(layer => `${id}.${layer}.`) : []))
}

/** @throws Problem `no-such-layer` if no weight's name begins like this */
export function demandLayer(layer: string, { all }: Weights): void {
  if (all.some(({ name }) => name.startsWith(layer))) return
  const node = nodeOfWeight(layer)
  const there = new Set(all.filter(({ name }) => nodeOfWeight(name) === node).map(({ name }) => name.split('.')[1]))
  throw new Problem('no-such-layer', `'${layer.slice(0, -1)}' is to be frozen, and there are no such weights.`, {
    hint: `'${node}' has ${[...there].join(', ')}.`,
  })
}
