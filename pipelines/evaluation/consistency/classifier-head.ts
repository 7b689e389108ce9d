/** The classifier of a supervised graph, and what its numbers stand for. */
import type { CheckedGraph } from '../../../graphs/language/checked.js'
import type { Stage } from '../../../stages/contract.js'
import { embeddingSize } from '../../../stages/ports.js'
import type { Head } from './shifted-patches.js'

export interface ClassifierHead extends Head {
  /** Label column that it was trained on, and its classes in the order of the logits. */
  column: string
  classes: readonly string[]
  /** Between several labels of a clip. */
  separator?: string | undefined
}

/** The first classifier that reads this encoder; none in graphs that learn without labels. */
export function classifierHead(
  { nodes }: CheckedGraph,
  stages: ReadonlyMap<string, Stage>,
  encoder: string,
): ClassifierHead | undefined {
  const byId = new Map(nodes.map(node => [node.id, node]))
  for (const head of nodes.filter(({ inputs }) => inputs.from?.node === encoder)) {
    const targets = targetsOf(stages.get(head.stage))
    if (targets === undefined) continue
    const batch = byId.get(head.inputs[targets]!.node)!
    const label = byId.get(Object.values(batch.inputs)[0]?.node ?? '')
    const needs = label && stages.get(label.stage)?.labels?.(label.parameters)
    for (const { column, values: classes, separator } of needs ?? [])
      if (classes) return { node: head.id, size: embeddingSize(head.out), column, classes, separator }
  }
  return undefined
}

/** The in-port of a classifier with its labels; undefined of all other stages. */
export const targetsOf = (stage: Stage | undefined): string | undefined =>
  stage?.runsIn === 'tensor' ? stage.classifies : undefined
