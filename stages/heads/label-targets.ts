/** What losses of classifiers have in common: logits beside targets, and what these mean. */
import type { Engine, Tensor } from '../../engine/engine.js'
import { batchOf, embedding, label, ParameterProblem } from '../contract.js'
import { embeddingSize, innermost, type Port } from '../ports.js'

export const logitsAndTargets = { from: batchOf(embedding), targets: batchOf(label) }

/** @throws ParameterProblem unless there are as many logits as classes */
export function classCount({ from, targets }: Record<keyof typeof logitsAndTargets, Port>): number {
  const inner = innermost(targets)
  const classes = inner.kind === 'label' ? inner.classes : 0
  if (classes === embeddingSize(from)) return classes
  throw new ParameterProblem(
    'from',
    `${embeddingSize(from)} logits arrive and ${classes} classes; a classifier that reads the same targets stands between them`,
  )
}

/** Targets that add up to 1 a row: several classes share it evenly; what is not known (-1) counts as absent. */
export function distribution({ tf }: Engine, targets: Tensor): Tensor {
  const present = tf.relu(targets)
  return tf.div(present, tf.sum(present, 1, true))
}
