import type { Tensor1D } from '@tensorflow/tfjs'
import { z } from 'zod'
import { batchOf, codes as codesOf, describeStage, indices, optional, ParameterProblem, tokens } from '../contract.js'
import { softmaxEntropies } from './cross-entropy.js'

/** Masked prediction of codes: which one each piece is that was not seen. */
export default describeStage({
  name: 'guess-codes',
  runsIn: 'tensor',
  role: 'loss',
  summary: 'Cross-entropy between tokens, a number for each code, and the codes of the pieces that were not seen.',
  source: 'Hsu et al., TASLP 2021 (HuBERT), II.B; Chiu et al., ICML 2022 (BEST-RQ), 3',
  parameters: z.strictObject({}),
  in: { from: batchOf(tokens), target: batchOf(codesOf), keep: optional(batchOf(indices)) },
  out: ({ from, target, keep }) => {
    const { codes, count, times, bins } = target.of
    if (from.of.count !== count || from.of.times !== times || from.of.bins !== bins)
      throw new ParameterProblem(
        'target',
        `codes of ${count} of ${times} x ${bins} pieces arrive, and ${from.of.count} tokens of ${from.of.times} x ${from.of.bins}: both are of all pieces`,
      )
    if (from.of.size !== codes)
      throw new ParameterProblem(
        'from',
        `each token holds ${from.of.size} numbers, and there are ${codes} codes. Write size: ${codes} at the decoder`,
      )
    if (keep && (keep.of.times !== times || keep.of.bins !== bins))
      throw new ParameterProblem(
        'keep',
        `the mask has a grid of ${keep.of.times} x ${keep.of.bins} pieces, the codes ${times} x ${bins}`,
      )
    return { kind: 'loss', chance: Math.log(codes) }
  },
  build:
    (_, { target, keep: mask }) =>
    engine => {
      const { tf, operations } = engine
      const { codes } = target.of
      return ({ from, target, keep }) => {
        const at = keep && tf.slice(keep, [0, mask!.of.kept])
        const logits = at ? operations.tokens.gather(from, at) : from
        const wanted = at ? operations.tokens.gather(tf.expandDims(target, 2), at) : target
        const one = tf.oneHot(tf.cast(tf.reshape(wanted, [-1]), 'int32') as Tensor1D, codes)
        return tf.mean(softmaxEntropies(engine, tf.reshape(logits, [-1, codes]), tf.cast(one, 'float32'), 0))
      }
    },
})
