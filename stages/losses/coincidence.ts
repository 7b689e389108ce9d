import { z } from 'zod'
import type { Engine, Scope, Tensor } from '../../engine/engine.js'
import { uniformByFanIn } from '../../engine/layers/initial.js'
import { batchOf, describeStage, embedding, pair } from '../contract.js'
import { demandOthers } from './other-clips.js'

/** Coincidence prediction (Jansen et al., ICASSP 2020): do two embeddings come from the same clip? */
export default describeStage({
  name: 'coincidence',
  runsIn: 'tensor',
  role: 'loss',
  summary: 'Tells by a small network whether two views are of one clip: all combinations of the batch, balanced.',
  source: 'Jansen et al., ICASSP 2020; Fonseca et al., WASPAA 2021',
  parameters: z.strictObject({
    hidden: z
      .int()
      .min(1)
      .max(65_536)
      .default(512)
      .describe('numbers in the hidden layer; memory grows with it times the square of the batch'),
  }),
  in: { from: batchOf(pair(embedding)) },
  out: ({ from }) => {
    demandOthers(from)
    return { kind: 'loss', chance: 2 * Math.log(2) }
  },
  build: ({ hidden }, { from }) => {
    const size = from.of.of.size
    return (engine, scope) => {
      const score = coincidenceScore(engine, scope, { size, hidden })
      return ({ from: { a, b } }) => coincidence(engine, score(a, b))
    }
  },
})

/**
 * A dense layer on the concatenation of two embeddings, ReLU, and a dense layer to one number: the logit of 'the same
 * clip'. The first layer is W1 a + W2 b, so that its products are made once an embedding, not once a combination.
 *
 * @returns from [N, size] and [N, size] the logits [N, N], row i for a[i]
 */
export function coincidenceScore(
  { tf, layers, operations }: Engine,
  scope: Scope,
  { size, hidden }: { size: number; hidden: number },
): (a: Tensor, b: Tensor) => Tensor {
  const first = scope.within('first')
  const weight = first.weight('weight', [2 * size, hidden], uniformByFanIn(2 * size))
  const bias = first.weight('bias', [hidden], uniformByFanIn(2 * size))
  const second = layers.dense(scope.within('second'), { in: hidden, out: 1 })
  return (a, b) => {
    const clips = a.shape[0]!
    const [ofA, ofB] = tf.split(weight.read(), 2) as [Tensor, Tensor]
    const rows = tf.expandDims(tf.add(tf.matMul(a, ofA), bias.read()), 1)
    const columns = tf.expandDims(tf.matMul(b, ofB), 0)
    const combinations = operations.relu(tf.add(rows, columns))
    return tf.reshape(second(tf.reshape(combinations, [clips * clips, hidden])), [clips, clips])
  }
}

/**
 * Binary cross-entropy of 'the same clip' on the diagonal plus that of 'another clip' elsewhere, each the mean over its
 * combinations: -(1/N) Σ_i [log p_ii + 1/(N-1) Σ_{j≠i} log(1 - p_ij)]. 2 ln 2 if the logits say nothing.
 *
 * @param logits [N, N]; of one clip alone there are no others, and their part is 0
 * @returns scalar
 */
export function coincidence({ tf }: Engine, logits: Tensor): Tensor {
  const clips = logits.shape[0]!
  const same = tf.eye(clips)
  const ofSame = tf.mul(same, tf.softplus(tf.neg(logits)))
  const ofOthers = tf.mul(tf.sub(1, same), tf.softplus(logits))
  const others = Math.max(1, clips * (clips - 1))
  return tf.add(tf.div(tf.sum(ofSame), clips), tf.div(tf.sum(ofOthers), others))
}
