import { z } from 'zod'
import type { Engine, Tensor } from '../../engine/engine.js'
import { batchOf, describeStage, ParameterProblem, tokens } from '../contract.js'
import type { TokensPort } from '../ports.js'

/** The moments of a patch as examples of their own: a loss compares each with that of another view, and with all others. */
export default describeStage({
  name: 'moments',
  runsIn: 'tensor',
  role: 'head',
  summary:
    'Makes each moment of a patch an example of its own, in its mean over frequency: contrastive losses then ask what is heard when.',
  source: 'Li, Shao and Li, TASLP 2024 (ATST-Frame), 3.2; with negatives: van den Oord, Li and Vinyals, 2018 (CPC)',
  parameters: z.strictObject({}),
  in: { from: batchOf(tokens) },
  out: ({ from: { of, size } }) => {
    demandAllMoments(of)
    return { kind: 'batch', of: { kind: 'embedding', size: of.size }, size: size * of.times }
  },
  build:
    (_, { from: { of } }) =>
    ({ tf }) =>
    ({ from }) =>
      tf.reshape(meanOverFrequency(tf, from, of), [-1, of.size]),
})

/** @throws ParameterProblem where some of the tokens are hidden: of what is left, none says which moment it is of */
export function demandAllMoments({ count, times, bins }: TokensPort): void {
  if (count === times * bins) return
  throw new ParameterProblem('from', `${count} of ${times} x ${bins} tokens arrive: moments cannot be hidden here`)
}

/** @returns [patches, times, size] of tokens [patches, times x bins, size] */
export const meanOverFrequency = (tf: Engine['tf'], from: Tensor, { times, bins, size }: TokensPort): Tensor =>
  bins === 1 ? from : tf.mean(tf.reshape(from, [-1, times, bins, size]), 2)
