/** The classifier that a supervised graph trains: where it stands, and what its numbers mean. */

import { namesIn } from '../../../data/label-cells.js'
import { Problem } from '../../../data/problem.js'
import type { CheckedGraph } from '../../../graphs/language/checked.js'
import type { Stage } from '../../../stages/contract.js'
import { sigmoid, softmax } from '../../statistics/links.js'
import { type ClassifierHead, classifierHead, targetsOf } from '../consistency/classifier-head.js'

export interface TrainedClassifier extends ClassifierHead {
  /** softmax: one class a clip. sigmoid: each class by itself. */
  outputs: 'softmax' | 'sigmoid'
}

type Stages = ReadonlyMap<string, Stage>

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
