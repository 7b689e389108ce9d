import { z } from 'zod'
import type { Engine, Tensor } from '../../engine/engine.js'
import { anyItem, batchOf, describeStage, embedding, ParameterProblem } from '../contract.js'
import { isKnown } from '../losses/label-targets.js'
import { describePort } from '../ports.js'

const MIXED = ['patch', 'excerpt', 'label', 'embedding']

/** mixup inside a graph, where labels may be guesses of the same step; `train.mixup` mixes whole batches before it. */
export default describeStage({
  name: 'mixup',
  runsIn: 'tensor',
  role: 'head',
  summary:
    'Mixes each row of a batch with the next one: patches, and by the same shares their labels. What is unknown stays so, and makes unknown.',
  source: 'Zhang et al., ICLR 2018; in MixMatch: Berthelot et al., NeurIPS 2019, equations 8 to 11',
  parameters: z.strictObject({}),
  in: { from: batchOf(anyItem), share: batchOf(embedding) },
  out: ({ from, share }) => {
    if (!MIXED.includes(from.of.kind))
      throw new ParameterProblem(
        'from',
        `patches, excerpts, labels or embeddings are mixed, and ${describePort(from.of)} arrives${from.of.kind === 'pair' ? '; name a side, as in batch.a' : ''}`,
      )
    if (share.of.size !== 1)
      throw new ParameterProblem('share', `one number a clip is expected, as of mixup-share; ${share.of.size} arrive`)
    return from
  },
  build:
    (_, ports) =>
    engine =>
    ({ from, share }) => {
      const mixed = mixedWithNext(engine, from as Tensor, share)
      const { of } = ports.from
      return of.kind === 'label' && of.unknown ? unknownWhere(engine, from as Tensor, mixed) : mixed
    },
})

/**
 * share x_i + (1 - share) x_(i+1), the last row with the first: clips of a batch come in random order, so that the next one
 * is any other.
 *
 * @param rows [N, ...] @param share [N, 1]
 */
export function mixedWithNext({ tf }: Engine, rows: Tensor, share: Tensor): Tensor {
  const shares = tf.reshape(share, [rows.shape[0]!, ...rows.shape.slice(1).map(() => 1)])
  return tf.add(tf.mul(rows, shares), tf.mul(next(tf, rows), tf.sub(1, shares)))
}

/** -1 throughout rows of which nothing was known, or nothing of the row mixed into them. */
function unknownWhere(engine: Engine, labels: Tensor, mixed: Tensor): Tensor {
  const { tf } = engine
  const known = isKnown(engine, labels, true)
  const both = tf.mul(known, next(tf, known))
  return tf.sub(tf.mul(mixed, both), tf.sub(1, both))
}

const next = (tf: Engine['tf'], rows: Tensor): Tensor =>
  tf.concat([tf.slice(rows, [1], [-1]), tf.slice(rows, [0], [1])])
