import { z } from 'zod'
import { batchOf, describeStage, patch } from '../contract.js'
import { demandPatch, type ImageBlock, inTurn } from './image-blocks.js'

/** Windows of max-pooling behind each convolution, time x frequency. */
const WINDOWS = [
  [2, 5],
  [2, 4],
  [2, 2],
] as const

/** The convolutional recurrent encoder of uclser20: 0.947 million weights for patches of 96 bands. */
export default describeStage({
  name: 'crnn',
  runsIn: 'tensor',
  role: 'encoder',
  summary: 'Three 5 x 5 convolutions that keep some of the time, then gated recurrent units in both directions.',
  source: 'Cakir et al., TASLP 2017; Fonseca et al., ICASSP 2021, 3.3',
  parameters: z.strictObject({
    channels: z.int().min(1).max(4096).default(128).describe('of each convolution'),
    units: z.int().min(1).max(4096).default(64).describe('recurrent units of each direction; numbers in the embedding'),
  }),
  in: { from: batchOf(patch) },
  out: ({ from }, { units }) => {
    demandPatch(from.of, [8, 40], 'from', 'CRNN needs patches of')
    return { kind: 'batch', of: { kind: 'embedding', size: units }, size: from.size }
  },
  build:
    ({ channels, units }, { from: port }) =>
    ({ tf, operations, layers }, scope) => {
      const bands = bandsLeft(port.of.bands)
      const blocks = WINDOWS.map((size, index) => {
        const inner = scope.within(`convolution${index}`)
        const from = index === 0 ? 1 : channels
        const settings = { in: from, out: channels, kernel: 5, stride: 1, padding: 2, inputGradient: index > 0 }
        const convolution = layers.convolution(inner, { ...settings, start: 'uniform' })
        const norm = layers.batchNorm2d(inner, channels)
        // The maximum of rectified numbers is the rectified maximum
        const block: ImageBlock = (x, options) =>
          operations.relu(operations.maxPool(norm(convolution(x), options), { size, stride: size }))
        return block
      })
      const forwards = layers.gru(scope.within('forwards'), { in: bands * channels, out: units })
      const backwards = layers.gru(scope.within('backwards'), { in: bands * channels, out: units })
      return ({ from }, options) => {
        const image = operations.raw.toActivation(tf.expandDims(from, 3))
        const features = inTurn(blocks, 'convolution', image, options)
        const [batch, steps] = features.shape as [number, number]
        const sequence = tf.reshape(operations.toFloat(features), [batch, steps, bands * channels])
        // Backwards has read one step when it stands at the last one, which is where both are taken
        const last = tf.slice(sequence, [0, steps - 1, 0], [batch, 1, bands * channels])
        return tf.mul(forwards(sequence), backwards(last))
      }
    },
})

function bandsLeft(bands: number): number {
  return WINDOWS.reduce((left, [, width]) => Math.floor(left / width), bands)
}
