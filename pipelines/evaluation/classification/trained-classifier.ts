/** The classifier that a supervised graph trains: where it stands, and what its numbers mean. */

import { namesIn } from '../../../data/label-cells.js'
import { Problem } from '../../../data/problem.js'
import type { CheckedGraph } from '../../../graphs/language/checked.js'
import type { Stage } from '../../../stages/contract.js'
import { embeddingSize } from '../../../stages/ports.js'
import { sigmoid, softmax } from '../../statistics/links.js'
import type { Head } from '../consistency/shifted-patches.js'

type Stages = ReadonlyMap<string, Stage>

export interface ClassifierHead extends Head {
  /** Label column that it was trained on, and its classes in the order of the logits. */
  column: string
  classes: readonly string[]
  /** Between several labels of a clip. */
  separator?: string | undefined
}

/** The first classifier that reads this encoder; none in graphs that learn without labels. */
export function classifierHead({ nodes }: CheckedGraph, stages: Stages, encoder: string): ClassifierHead | undefined {
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

export interface TrainedClassifier extends ClassifierHead {
  /** softmax: one class a clip. sigmoid: each class by itself. */
  outputs: 'softmax' | 'sigmoid'
}

/** @param encoder that the classifier reads @throws Problem `no-classifier` */
export function trainedClassifier(graph: CheckedGraph, stages: Stages, encoder: string): TrainedClassifier {
  const head = classifierHead(graph, stages, encoder)
  if (!head)
    throw new Problem('no-classifier', `The graph has no classifier${encoder && ` that reads '${encoder}'`}.`, {
      hint: 'Train one: graphs/supervised-16k.yaml shows how. Embeddings without a classifier are judged by ./earshot probe.',
    })
  const loss = graph.nodes.find(({ inputs, out }) => out.kind === 'loss' && inputs.from?.node === head.node)
  return { ...head, outputs: loss?.parameters.outputs === 'sigmoid' ? 'sigmoid' : 'softmax' }
}

/** The one of a graph's first encoder that has one. @throws Problem `no-classifier` */
export function graphClassifier(graph: CheckedGraph, stages: Stages): TrainedClassifier {
  const encoder = graph.nodes.find(({ stage }) => targetsOf(stages.get(stage)) !== undefined)?.inputs.from?.node
  return trainedClassifier(graph, stages, encoder ?? '')
}

/** Class numbers of a cell of the label column; none if it is empty or names none of the classes. */
export function classesOf(cell: string | undefined, { classes, separator }: TrainedClassifier): number[] {
  const names = namesIn(cell, separator)
  return [...classes.keys()].filter(at => names.includes(classes[at]!))
}

/** What logits say: probabilities that add up to 1, or one probability a class. */
export function toProbabilities(logits: Float32Array, outputs: TrainedClassifier['outputs']): Float32Array {
  return outputs === 'sigmoid' ? logits.map(sigmoid) : Float32Array.from(softmax(logits))
}
