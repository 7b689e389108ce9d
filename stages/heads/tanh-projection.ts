import { z } from 'zod'
import { ones, zeros } from '../../engine/layers/initial.js'
import { batchOf, describeStage, embedding } from '../contract.js'

/** COLA's projection (Saeed et al., ICASSP 2021): dense, layer norm, tanh. Thrown away after training. */
export default describeStage({
  name: 'tanh-projection',
  runsIn: 'tensor',
  role: 'head',
  summary: 'Maps the embedding to the space in which views are compared: dense, layer norm, tanh (COLA).',
  source: 'Saeed, Grangier and Zeghidour, ICASSP 2021; google-research/cola',
  parameters: z.strictObject({
    width: z.int().min(1).max(65_536).default(512).describe('numbers in the metric embedding, each within -1 and 1'),
  }),
  in: { from: batchOf(embedding) },
  out: ({ from }, { width }) => ({ ...from, of: { kind: 'embedding', size: width } }),
  build:
    ({ width }, { from }) =>
    ({ tf, layers }, scope) => {
      const size = from.of.size
      const dense = layers.dense(scope.within('dense'), { in: size, out: width })
      const norm = scope.within('norm')
      const scale = norm.weight('scale', [width], ones)
      const offset = norm.weight('offset', [width], zeros)
      return ({ from }) => {
        const x = dense(from)
        const centred = tf.sub(x, tf.mean(x, 1, true))
        const deviation = tf.sqrt(tf.add(tf.mean(tf.square(centred), 1, true), EPSILON))
        return tf.tanh(tf.add(tf.mul(tf.div(centred, deviation), scale.read()), offset.read()))
      }
    },
})

/** Keras's layer norm, which the authors use, adds this to the variance. */
const EPSILON = 1e-3
