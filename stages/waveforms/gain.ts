import { z } from 'zod'
import { range } from '../../data/quantities.js'
import { describeStage, excerpt } from '../contract.js'

/** The same sound, louder or quieter. */
export default describeStage({
  runsIn: 'item',
  name: 'gain',
  summary: 'Makes the excerpt louder or quieter by a random number of decibels.',
  parameters: z.strictObject({
    decibels: range({ min: -80, max: 80 }).default([-12, 12]).describe('drawn uniformly'),
  }),
  in: { from: excerpt },
  out: ({ from }) => from,
  draws: true,
  work:
    ({ decibels }) =>
    ({ from, rng }) => {
      const factor = 10 ** (rng('gain').uniform(...decibels) / 20)
      return from.map(sample => factor * sample)
    },
})
