/** What decoder and predictor have in common: tokens of the pieces that are seen, and one for all that are to be guessed. */
import type { Engine, Scope, Tensor } from '../../engine/engine.js'
import { normal } from '../../engine/layers/initial.js'
import { batchOf, indices, ParameterProblem, type PortsOf, tokens } from '../contract.js'
import { positions } from '../pieces.js'

export const tokensAndMask = { from: batchOf(tokens), keep: batchOf(indices) }

/** @throws ParameterProblem unless the tokens are those that the mask keeps */
export function demandKept({ from, keep }: PortsOf<typeof tokensAndMask>): void {
  const [own, mask] = [from.of, keep.of]
  if (own.times !== mask.times || own.bins !== mask.bins || own.count !== mask.kept)
    throw new ParameterProblem(
      'keep',
      `the mask keeps ${mask.kept} of ${mask.times} x ${mask.bins} pieces, and ${own.count} tokens of ${own.times} x ${own.bins} arrive: name the mask that the encoder reads`,
    )
}

/** As in MAE: normal, deviation 0.02. */
const smallNormal = normal(0.02)

export interface HiddenTokens {
  /** Of the tokens that arrive. */
  size: number
  kept: number
  times: number
  bins: number
  width: number
  depth: number
  heads: number
}

/**
 * Transformer blocks over all places of the grid: at the kept ones the tokens, brought to `width` by a dense layer, at the
 * others one learnt token; each with its position. [batch, kept, size] and all places, the kept ones first, to [batch,
 * times x bins, width].
 */
export function hiddenTokens(
  engine: Engine,
  scope: Scope,
  { size, kept, times, bins, width, depth, heads }: HiddenTokens,
): (from: Tensor, keep: Tensor) => Tensor {
  const { tf, operations, layers } = engine
  const embed = layers.dense(scope.within('embed'), { in: size, out: width })
  const hidden = scope.weight('hidden', [width], smallNormal)
  const body = layers.transformer(scope, { width, depth, heads })
  const places = positions({ times, bins }, width)
  return (from, keep) => {
    const seen = tf.reshape(embed(tf.reshape(from, [-1, size])), [-1, kept, width])
    const at = tf.slice(keep, [0, 0], [-1, kept])
    const there = operations.tokens.scatter(tf.onesLike(tf.slice(seen, [0, 0, 0], [-1, -1, 1])), at, times * bins)
    const guessed = tf.mul(tf.sub(1, there), tf.reshape(hidden.read(), [1, 1, width]))
    const all = tf.add(operations.tokens.scatter(seen, at, times * bins), guessed)
    return body(tf.add(all, tf.tensor(places, [1, times * bins, width])))
  }
}
