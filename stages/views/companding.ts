import { z } from 'zod'
import { range } from '../../data/quantities.js'
import { describeStage, patch } from '../contract.js'
import type { Patch } from '../values.js'

/** Companding: the whole log-mel patch times one factor; below 1 it lifts quiet bins, so contrast shrinks. */
export default describeStage({
  runsIn: 'item',
  name: 'companding',
  summary: 'Multiplies the log-mel patch by a random factor: less contrast below 1, more above.',
  source: 'Fonseca et al., ICASSP 2021',
  parameters: z.strictObject({
    factor: range({ min: 0.01, max: 10 }).default([0.75, 1]).describe('factor of the log10 values, drawn uniformly'),
  }),
  in: { from: patch },
  out: ({ from }) => from,
  draws: true,
  work:
    ({ factor }) =>
    ({ from, rng }) =>
      companded(from, rng('factor').uniform(...factor)),
})

/** The patch times `factor`; the patch given is left as it is. */
export function companded(patch: Patch, factor: number): Patch {
  const scaled = new Float32Array(patch.length)
  for (let i = 0; i < patch.length; i++) scaled[i] = patch[i]! * factor
  return scaled
}
