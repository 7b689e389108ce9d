import { z } from 'zod'
import { besideTape } from '../../engine/operations/differentiable.js'
import { batchOf, describeStage, indices, ParameterProblem, sameAs } from '../contract.js'

/** Masks that change while training goes on: at first those of one kind, then more and more of another. */
export default describeStage({
  name: 'curriculum',
  runsIn: 'tensor',
  role: 'head',
  summary: 'Of each batch, a share of the clips has masks of a second kind; the share may grow over training.',
  source: 'Fei et al., 2023 (A-JEPA)',
  parameters: z.strictObject({
    share: z.number().min(0).max(1).default(0.5).describe("of the clips that have the masks of 'second'"),
  }),
  changes: ['share'],
  in: { from: batchOf(indices), second: sameAs('from', batchOf(indices)) },
  out: ({ from, second }) => {
    if (from.of.kept === second.of.kept) return from
    throw new ParameterProblem(
      'second',
      `masks that take turns keep as many pieces: ${from.of.kept} are kept, and ${second.of.kept} here`,
    )
  },
  build:
    ({ share }) =>
    ({ tf }) =>
    ({ from, second }, { now }) =>
      besideTape(tf, () => {
        const clips = from.shape[0]!
        const other = tf.cast(tf.less(tf.range(0, clips), tf.mul(now?.share ?? share, clips)), 'float32')
        return tf.add(from, tf.mul(tf.reshape(other, [clips, 1]), tf.sub(second, from)))
      }),
})
