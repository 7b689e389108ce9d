import { z } from 'zod'
import { channels, describeStage, excerpt } from '../contract.js'
import { added } from '../sample-arrays.js'

/** The mixture of stems: what one microphone would hear. */
export default describeStage({
  runsIn: 'item',
  name: 'mix',
  summary: 'Adds up all channels: stems become their mixture.',
  parameters: z.strictObject({}),
  joins: true,
  in: { from: channels(excerpt) },
  out: ({ from }) => from.of,
  work:
    () =>
    ({ from }) =>
      added(from, from[0]!.length),
})
