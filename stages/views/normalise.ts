import { z } from 'zod'
import { bank, describeStage, logMel, patch, sameAs } from '../contract.js'
import type { Patch, Statistics } from '../values.js'

/** Global normalisation: one mean and one deviation for every bin, from the training clips. */
export default describeStage({
  runsIn: 'item',
  name: 'normalise',
  summary: 'Subtracts the mean and divides by the standard deviation of the training clips.',
  source: 'Fonseca et al., ICASSP 2021',
  parameters: z.strictObject({}),
  standardises: true,
  in: { from: patch, statistics: sameAs('from', bank(logMel)) },
  out: ({ from }) => from,
  work:
    () =>
    ({ from, statistics }) =>
      normalised(from, statistics.statistics()),
})

/**
 * (patch - mean) / deviation; the patch given is left as it is.
 *
 * @throws RangeError if the deviation is not above 0 (all training clips silent)
 */
export function normalised(patch: Patch, { mean, deviation }: Statistics): Patch {
  if (!(deviation > 0)) throw new RangeError(`cannot normalise by a standard deviation of ${deviation}`)
  const scaled = new Float32Array(patch.length)
  const factor = 1 / deviation
  for (let i = 0; i < patch.length; i++) scaled[i] = (patch[i]! - mean) * factor
  return scaled
}
