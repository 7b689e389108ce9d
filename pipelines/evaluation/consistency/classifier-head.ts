/** The classifier of a supervised graph, and what its numbers stand for. */
import type { CheckedGraph } from '../../../graphs/language/checked.js'
import { embeddingSize } from '../../../stages/ports.js'
import type { Head } from './shifted-patches.js'

export interface ClassifierHead extends Head {
  /** Label column that it was trained on, and its classes in the order of the logits. */
  column: string
  classes: readonly string[]
}

/** The first classifier that reads this encoder; none in graphs that learn without labels. */
export function classifierHead({ nodes }: CheckedGraph, encoder: string): ClassifierHead | undefined {
  const byId = new Map(nodes.map(node => [node.id, node]))
  const head = nodes.find(({ stage, inputs }) => stage === 'classifier' && inputs.from?.node === encoder)
  const batch = head && byId.get(head.inputs.targets!.node)
  const label = batch && byId.get(Object.values(batch.inputs)[0]!.node)
  if (!head || label?.stage !== 'label') return undefined
  const { column, classes } = label.parameters as { column: string; classes: string[] }
  return { node: head.id, size: embeddingSize(head.out), column, classes }
}
