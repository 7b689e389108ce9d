import { z } from 'zod'
import { describeStage } from '../contract.js'
import { demandHeads, transformerParameters } from '../transformer-parameters.js'
import { demandKept, hiddenTokens, tokensAndMask } from './hidden-tokens.js'

/** From the tokens of the pieces that were seen to all pieces of the patch. Thrown away after training. */
export default describeStage({
  name: 'decoder',
  runsIn: 'tensor',
  role: 'head',
  summary:
    'Fills the places of the pieces that were not seen, runs transformer blocks over all, and gives the numbers of each.',
  source: 'He et al., CVPR 2022, 3; Huang et al., NeurIPS 2022 (Audio-MAE), with global attention',
  parameters: z.strictObject({
    size: z.int().min(1).max(65_536).default(256).describe('numbers of a piece: its frames times its bands'),
    ...transformerParameters({ width: 128, depth: 2, heads: 4 }),
  }),
  in: tokensAndMask,
  out: (ports, { size, width, heads }) => {
    demandHeads(width, heads)
    demandKept(ports)
    const { times, bins } = ports.keep.of
    return { ...ports.from, of: { kind: 'tokens', count: times * bins, size, times, bins } }
  },
  build:
    ({ size, ...settings }, { from, keep }) =>
    (engine, scope) => {
      const { tf, layers } = engine
      const { width } = settings
      const fill = hiddenTokens(engine, scope, { ...settings, ...keep.of, size: from.of.size })
      const last = layers.dense(scope.within('last'), { in: width, out: size })
      return ({ from, keep }) => {
        const all = fill(from, keep)
        return tf.reshape(last(tf.reshape(all, [-1, width])), [all.shape[0]!, all.shape[1]!, size])
      }
    },
})
