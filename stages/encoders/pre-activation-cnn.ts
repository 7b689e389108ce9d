import { z } from 'zod'
import { batchOf, describeStage, patch } from '../contract.js'
import { demandPatch, type ImageBlock, inTurn } from './image-blocks.js'

/** Height and width of the windows of max-pooling. */
const WINDOW = [4, 2] as const

/**
 * The baseline of FSDnoisy18k: 0.53 million weights with its classifier, patches of 100 frames and 96 bands. Without its
 * two dropouts, and without the biases that the norms after its convolutions take away.
 */
export default describeStage({
  name: 'pre-activation-cnn',
  runsIn: 'tensor',
  role: 'encoder',
  summary:
    'Three convolutions 5 x 5, each between norms with ReLU, max-pooling 4 x 2 between them, and a dense layer on all that is left.',
  source: 'Fonseca et al., ICASSP 2019 (FSDnoisy18k); edufonseca/icassp19',
  parameters: z.strictObject({
    widths: z
      .array(z.int().min(1).max(4096))
      .min(1)
      .max(6)
      .default([24, 48, 48])
      .describe('channels of each convolution; before each but the first time is pooled by 4, frequency by 2'),
    size: z.int().min(1).max(65_536).default(64).describe('numbers in the embedding'),
  }),
  in: { from: batchOf(patch) },
  out: ({ from }, { widths, size }) => {
    const why = `nothing would be left of the patch: with ${widths.length} convolutions it needs`
    demandPatch(from.of, pooledBy(widths), 'widths', why)
    return { kind: 'batch', of: { kind: 'embedding', size }, size: from.size }
  },
  build:
    ({ widths, size }, { from: { of: port } }) =>
    (engine, scope) => {
      const { tf, operations, layers } = engine
      const convolutions = widths.map((out, at) => {
        const own = scope.within(`convolution${at}`)
        const channels = widths[at - 1] ?? 1
        const before = layers.batchNorm2d(own.within('before'), channels)
        const convolve = layers.convolution(own, { in: channels, out, kernel: 5, stride: 1, padding: 2 })
        const after = layers.batchNorm2d(own, out)
        const block: ImageBlock = (x, options) => {
          const pooled = at === 0 ? x : operations.maxPool(x, { size: WINDOW, stride: WINDOW })
          return operations.relu(after(convolve(operations.relu(before(pooled, options))), options))
        }
        return block
      })
      const [byTime, byFrequency] = pooledBy(widths)
      const left = Math.floor(port.frames / byTime) * Math.floor(port.bands / byFrequency)
      const dense = layers.dense(scope.within('dense'), { in: left * widths.at(-1)!, out: size })
      return ({ from }, options) => {
        const image = operations.raw.toActivation(tf.expandDims(from, 3))
        const maps = inTurn(convolutions, 'convolution', image, options)
        return tf.relu(dense(tf.reshape(operations.toFloat(maps), [from.shape[0]!, -1])))
      }
    },
})

/** Frames, and bands, that pooling between the convolutions makes one of. */
const pooledBy = ({ length }: readonly number[]) => WINDOW.map(side => side ** (length - 1)) as [number, number]
