import { z } from 'zod'
import { range } from '../../data/quantities.js'
import { describeStage, patch } from '../contract.js'
import type { Patch, Rng } from '../values.js'

/** White Gaussian noise on the log-mel values, its level drawn a patch. */
export default describeStage({
  runsIn: 'item',
  name: 'gaussian-noise',
  summary: 'Adds white Gaussian noise of a random level to the log-mel patch.',
  source: 'Fonseca et al., ICASSP 2021',
  parameters: z.strictObject({
    deviation: range({ min: 0, max: 10 })
      .default([0, 0.01])
      .describe('standard deviation of the noise, in log10 units of power, drawn uniformly'),
  }),
  in: { from: patch },
  out: ({ from }) => from,
  draws: true,
  work:
    ({ deviation }) =>
    ({ from, rng }) =>
      noisy(from, rng('deviation').uniform(...deviation), rng('noise')),
})

/** The patch plus normal noise of mean 0; the patch given is left as it is. */
export function noisy(patch: Patch, deviation: number, rng: Rng): Patch {
  const sum = new Float32Array(patch.length)
  rng.fillNormal(sum, deviation)
  for (let i = 0; i < sum.length; i++) sum[i]! += patch[i]!
  return sum
}
