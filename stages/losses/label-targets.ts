/** What losses of classifiers have in common: logits beside targets, and what these mean. */
import type { Engine, Tensor } from '../../engine/engine.js'
import { batchOf, embedding, label, ParameterProblem, type PortsOf } from '../contract.js'
import type { BatchPort, LabelPort } from '../ports.js'

export const logitsAndTargets = { from: batchOf(embedding), targets: batchOf(label) }

/** @throws ParameterProblem unless there are as many logits as classes */
export function classCount({ from, targets }: PortsOf<typeof logitsAndTargets>): number {
  const { classes } = targets.of
  if (classes === from.of.size) return classes
  throw new ParameterProblem(
    'from',
    `${from.of.size} logits arrive and ${classes} classes; a classifier that reads the same targets stands between them`,
  )
}

/**
 * Targets that add up to 1 a row: several classes share it evenly; what is not known (-1) counts as absent. A row of which
 * nothing is known is 0.
 */
export function distribution({ tf }: Engine, targets: Tensor): Tensor {
  const present = tf.relu(targets)
  return tf.div(present, tf.maximum(tf.sum(present, 1, true), 1e-6))
}

/** 1 for each row of which a class is known, 0 for others, [N]; undefined where the port has no such rows. */
export function knownRows(engine: Engine, targets: Tensor, { of }: BatchPort<LabelPort>): Tensor | undefined {
  return of.unknown && isKnown(engine, targets)
}

/** 1 for each row of which a class is known, 0 for others: [N], or [N, 1] where `keepDims` says so. */
export function isKnown({ tf }: Engine, labels: Tensor, keepDims = false): Tensor {
  return tf.cast(tf.greater(tf.max(labels, 1, keepDims), 0), 'float32')
}
