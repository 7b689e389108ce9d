import { z } from 'zod'
import { batchOf, describeStage, indices, optional, ParameterProblem, patch } from '../contract.js'
import { gridOf, pieceSize } from '../masks/mask-tokens.js'
import { piecesOf, positions } from '../pieces.js'
import { demandHeads, transformerParameters } from '../transformer-parameters.js'

/** A vision transformer, or a Vision Mamba, over the pieces of a patch; in training it may see some of them alone. */
export default describeStage({
  name: 'vit',
  runsIn: 'tensor',
  role: 'encoder',
  summary:
    'Vision transformer over pieces of the patch, or over those that are kept. Its embedding is the mean of its tokens.',
  source:
    'Dosovitskiy et al., ICLR 2021; He et al., CVPR 2022; Huang et al., NeurIPS 2022 (Audio-MAE); scan: Zhu et al., ICML 2024 (Vision Mamba)',
  parameters: z.strictObject({
    patch: pieceSize.default([16, 16]).describe('frames and bands of a piece'),
    ...transformerParameters({ width: 192, depth: 4, heads: 3 }),
    body: z
      .enum(['attention', 'scan'])
      .optional()
      .describe(
        'attention, if not said: each token hears all. scan: each hears a state that is carried from token to token, in both directions, with a decay of its own for each of the heads (bidirectional Mamba)',
      ),
  }),
  in: { from: batchOf(patch), keep: optional(batchOf(indices)) },
  out: ({ from, keep }, { patch, width, heads }) => {
    demandHeads(width, heads)
    const { times, bins } = gridOf(from.of, patch)
    if (keep && (keep.of.times !== times || keep.of.bins !== bins))
      throw new ParameterProblem(
        'keep',
        `the mask has a grid of ${keep.of.times} x ${keep.of.bins} pieces, the encoder cuts ${times} x ${bins}: write the same patch at both`,
      )
    return { ...from, of: { kind: 'tokens', count: keep?.of.kept ?? times * bins, size: width, times, bins } }
  },
  build: ({ patch, width, depth, heads, body: kind }, { out }) => {
    const { times, bins } = out.of
    const [long, high] = patch
    return (engine, scope) => {
      const { tf, operations, layers } = engine
      const embed = layers.dense(scope.within('embed'), { in: long * high, out: width })
      const body = layers.transformer(scope, { width, depth, heads, body: kind })
      const places = positions({ times, bins }, width)
      return ({ from: patches, keep }, { layer }) => {
        const pieces = tf.reshape(piecesOf(engine, patches, patch), [-1, long * high])
        const all = tf.reshape(embed(pieces), [-1, times * bins, width])
        const placed = tf.add(all, tf.tensor(places, [1, times * bins, width]))
        if (keep) return body(operations.tokens.gather(placed, tf.slice(keep, [0, 0], [-1, out.of.count])))
        const map = (value: typeof placed) => tf.reshape(value, [-1, times, bins, width])
        return body(placed, layer && ((name, value) => layer(name, map(value))))
      }
    }
  },
})
