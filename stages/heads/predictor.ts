import { z } from 'zod'
import { describeStage } from '../contract.js'
import { demandHeads, transformerParameters } from '../transformer-parameters.js'
import { demandKept, hiddenTokens, tokensAndMask } from './hidden-tokens.js'

/** From the tokens of the pieces that were seen to those of the others, as a teacher would have them. */
export default describeStage({
  name: 'predictor',
  runsIn: 'tensor',
  role: 'head',
  summary: 'Guesses the tokens of the pieces that were not seen, each as wide as those that arrive.',
  source: 'Assran et al., CVPR 2023 (I-JEPA), 3; Tuncay et al., 2025 (Audio-JEPA)',
  parameters: z.strictObject({ ...transformerParameters({ width: 96, depth: 2, heads: 3 }) }),
  in: tokensAndMask,
  out: (ports, { width, heads }) => {
    demandHeads(width, heads)
    demandKept(ports)
    const { kept, times, bins } = ports.keep.of
    return { ...ports.from, of: { ...ports.from.of, count: times * bins - kept } }
  },
  build:
    (settings, { from, keep }) =>
    (engine, scope) => {
      const { tf, operations, layers } = engine
      const { width } = settings
      const { kept } = keep.of
      const { size } = from.of
      const fill = hiddenTokens(engine, scope, { ...settings, ...keep.of, size })
      const last = layers.dense(scope.within('last'), { in: width, out: size })
      return ({ from, keep }) => {
        const rest = operations.tokens.gather(fill(from, keep), tf.slice(keep, [0, kept]))
        return tf.reshape(last(tf.reshape(rest, [-1, width])), [rest.shape[0]!, rest.shape[1]!, size])
      }
    },
})
