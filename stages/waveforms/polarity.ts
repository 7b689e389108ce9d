import { z } from 'zod'
import { describeStage, excerpt } from '../contract.js'

/** The sound upside down: to the ear the same. */
export default describeStage({
  runsIn: 'item',
  name: 'polarity',
  summary: 'Turns the sign of all samples of some excerpts.',
  parameters: z.strictObject({
    share: z.number().min(0).max(1).default(0.5).describe('share of excerpts that are turned'),
  }),
  in: { from: excerpt },
  out: ({ from }) => from,
  draws: true,
  work:
    ({ share }) =>
    ({ from, rng }) =>
      rng('polarity').uniform() < share ? from.map(sample => -sample) : from,
})
