import { z } from 'zod'
import type { Engine, Tensor } from '../../engine/engine.js'
import { besideTape } from '../../engine/operations/differentiable.js'
import { batchOf, describeStage, indices, ParameterProblem, patch, tokens } from '../contract.js'
import { piecesOf } from '../pieces.js'

/** Masked reconstruction: the pieces that were not seen, as they are in the patch, or so that each is found among them. */
export default describeStage({
  name: 'reconstruct',
  runsIn: 'tensor',
  role: 'loss',
  summary:
    'Compares the pieces of a patch that were not seen with what a decoder makes of the others. Its chance: zeros for pieces of mean 0 and deviation 1, or any piece for each.',
  source:
    'He et al., CVPR 2022, 3; Huang et al., NeurIPS 2022 (Audio-MAE), 3.1; find: Gong et al., AAAI 2022 (SSAST), equation 1',
  parameters: z.strictObject({
    kind: z
      .enum(['mse', 'find'])
      .default('mse')
      .describe(
        'mse: squared error. find: InfoNCE, each has to find its piece among all of the patch that were not seen',
      ),
    normalise: z
      .boolean()
      .default(true)
      .describe('brings the numbers of each piece to mean 0 and deviation 1 before they are compared'),
  }),
  in: { from: batchOf(tokens), target: batchOf(patch), keep: batchOf(indices) },
  out: ({ from, target, keep }, { kind }) => {
    const { size, count, times, bins } = from.of
    const [long, high] = [target.of.frames / times, target.of.bands / bins]
    if (times !== keep.of.times || bins !== keep.of.bins || count !== times * bins)
      throw new ParameterProblem(
        'keep',
        `the mask has a grid of ${keep.of.times} x ${keep.of.bins} pieces, and ${count} of ${times} x ${bins} arrive: all of one grid are compared`,
      )
    if (size !== long * high)
      throw new ParameterProblem(
        'from',
        `each token holds ${size} numbers; a piece of the patch has ${long} frames x ${high} bands, ${long * high} numbers. Write size: ${long * high} at the decoder`,
      )
    return { kind: 'loss', chance: kind === 'mse' ? 1 : Math.log(count - keep.of.kept) }
  },
  build:
    ({ kind, normalise }, { from, target, keep }) =>
    engine => {
      const { times, bins } = from.of
      const piece = [target.of.frames / times, target.of.bands / bins] as const
      const { kept } = keep.of
      return ({ from, target, keep }) => {
        const rest = engine.tf.slice(keep, [0, kept])
        const wanted = besideTape(engine.tf, () => {
          const pieces = engine.operations.tokens.gather(piecesOf(engine, target, piece), rest)
          return normalise ? normalised(engine, pieces) : engine.tf.clone(pieces)
        })
        const guessed = engine.operations.tokens.gather(from, rest)
        return kind === 'mse'
          ? engine.tf.mean(engine.tf.squaredDifference(guessed, wanted))
          : found(engine, guessed, wanted)
      }
    },
})

/** -log softmax of the products of each guess with all pieces of its patch, at its own one; the mean. [batch, pieces, numbers] */
function found({ tf }: Engine, guessed: Tensor, pieces: Tensor): Tensor {
  const own = tf.sum(tf.mul(guessed, pieces), 2)
  return tf.mean(tf.sub(tf.logSumExp(tf.matMul(guessed, pieces, false, true), 2), own))
}

/** As `norm_pix_loss` of MAE: by the unbiased variance of each piece, plus 1e-6. */
function normalised({ tf }: Engine, pieces: Tensor): Tensor {
  const size = pieces.shape[2]!
  const centred = tf.sub(pieces, tf.mean(pieces, 2, true))
  const variance = tf.div(tf.sum(tf.square(centred), 2, true), Math.max(1, size - 1))
  return tf.div(centred, tf.sqrt(tf.add(variance, 1e-6)))
}
