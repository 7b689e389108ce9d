/** A trained separator outside its graph: a processor. */
import type { Engine, Tensor } from '../../../engine/engine.js'
import { createWeights, type State } from '../../../engine/weights.js'
import type { Stage, TensorStage } from '../../contract.js'
import { channelCount, type SeparatorNode } from './trained-separator.js'

export interface Separator {
  /** Sounds that leave. */
  count: number
  /** From [batch, samples] to [batch, count, samples]; any batch, any number of samples. The caller disposes it. */
  separate(mixtures: Tensor): Tensor
  dispose(): void
}

/**
 * Builds a separator anew and gives it its weights.
 *
 * @param stage the node's stage, with role `separator`
 * @param state weights by full name; those of other nodes are left alone
 * @throws Problem `checkpoint-mismatch` if weights are missing or of another shape
 */
export function openSeparator(engine: Engine, stage: Stage, node: SeparatorNode, state: State): Separator {
  const { build, out: outOf } = stage as TensorStage
  const out = outOf({ from: node.from }, node.parameters)
  const weights = createWeights(engine, () => NO_DRAWS)
  const separate = build(node.parameters, { from: node.from, out })(engine, weights.scope.within(node.id))
  weights.load(new Map([...state].filter(([name]) => name.startsWith(`${node.id}.`))))
  return {
    count: channelCount(out),
    separate: mixtures => engine.tf.tidy(() => separate({ from: mixtures }, { training: false }) as Tensor),
    dispose: () => weights.dispose(),
  }
}

/** Start values are overwritten: they need not be random. */
const NO_DRAWS = { uniform: () => 0, normal: () => 0 }
