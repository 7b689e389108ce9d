/** What is said when a step comes to no finite numbers: where they came from, as far as it can be seen. */
import { Problem, someOf } from '../../data/problem.js'
import type { BatchValues } from '../../graphs/streams/layout.js'

interface Evidence {
  batch: BatchValues
  /** Items of the batch. */
  size: number
  /** Names of the weights whose gradients are not finite. */
  weights: readonly string[]
  /** Whose values are the first that are not finite, if they are not a loss. */
  node?: { id: string; stage: string } | undefined
}

/** @param what `the value of loss is NaN` */
export function notFinite(step: number, what: string, { batch, size, weights, node }: Evidence): Problem {
  const [arrived] = Object.entries(batch).flatMap(([node, lanes]) => {
    const items = Object.values(lanes).flatMap(lane => badItems(lane, size))
    return items.length > 0 ? [{ node, items: [...new Set(items)].sort((one, other) => one - other) }] : []
  })
  const message = `At step ${step} ${what}: training has stopped, and the weights are as they were before the step.`
  if (arrived)
    return new Problem(
      'not-finite',
      `${message} What arrives at '${arrived.node}' is not finite itself: items ${someOf(
        arrived.items.map(item => String(item + 1)),
        3,
      )} of the batch.`,
      { hint: 'A stage above it makes these numbers: mend it, or leave these clips out.' },
    )
  const made = node ? ` The first such numbers are those that '${node.id}' (${node.stage}) makes.` : ''
  const where = weights.length > 0 ? ` Not finite are the gradients of ${someOf(weights, 3)}.` : ''
  return new Problem('not-finite', `${message}${made}${where}`, {
    hint: 'The last checkpoint is good. Usual cures: a lower learning rate, or gradients that are clipped, train.optimiser.clip: 1.',
  })
}

function badItems(values: Float32Array, size: number): number[] {
  const length = values.length / size
  const isBad = (_: unknown, item: number) =>
    !values.subarray(item * length, (item + 1) * length).every(Number.isFinite)
  return Array.from({ length: size }, (_, item) => item).filter(isBad)
}
