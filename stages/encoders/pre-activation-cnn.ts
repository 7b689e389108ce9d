import { z } from 'zod'
import type { Tensor } from '../../engine/engine.js'
import { batchOf, describeStage, ParameterProblem, patch } from '../contract.js'

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
    const { frames, bands } = left(from.of, widths)
    if (frames < 1 || bands < 1)
      throw new ParameterProblem(
        'widths',
        `nothing would be left of the patch: with ${widths.length} convolutions it needs at least ${WINDOW.map(side => side ** (widths.length - 1)).join(' x ')}, and ${from.of.frames} x ${from.of.bands} arrives`,
      )
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
        return (x: Tensor, options: { training: boolean }) => {
          const pooled = at === 0 ? x : operations.maxPool(x, { size: WINDOW, stride: WINDOW })
          return operations.relu(after(convolve(operations.relu(before(pooled, options))), options))
        }
      })
      const { frames, bands } = left(port, widths)
      const dense = layers.dense(scope.within('dense'), { in: frames * bands * widths.at(-1)!, out: size })
      return ({ from }, options) => {
        const maps = convolutions.reduce(
          (x, convolution, at) => {
            const value = convolution(x, options)
            options.layer?.(`convolution${at}`, value)
            return value
          },
          operations.raw.toActivation(tf.expandDims(from, 3)),
        )
        return tf.relu(dense(tf.reshape(operations.toFloat(maps), [from.shape[0]!, -1])))
      }
    },
})

/** Frames and bands after pooling between the convolutions. */
function left({ frames, bands }: { frames: number; bands: number }, { length }: readonly number[]) {
  const [byTime, byFrequency] = WINDOW.map(side => side ** (length - 1)) as [number, number]
  return { frames: Math.floor(frames / byTime), bands: Math.floor(bands / byFrequency) }
}
