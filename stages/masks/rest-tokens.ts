import { z } from 'zod'
import { describeStage, indices } from '../contract.js'

/** The mask that sees what another one hides. */
export default describeStage({
  runsIn: 'item',
  name: 'rest-tokens',
  summary: 'Turns a mask round: the pieces that it hides are kept, in their order, and those that it keeps are hidden.',
  source: 'Niizumi et al., ICASSP 2023 (M2D), 2.1',
  parameters: z.strictObject({}),
  in: { from: indices },
  out: ({ from }) => ({ ...from, kept: from.times * from.bins - from.kept }),
  work:
    (_, { from: { kept } }) =>
    ({ from }) => {
      const turned = new Float32Array(from.length)
      turned.set(from.subarray(kept))
      turned.set(from.subarray(0, kept), from.length - kept)
      return turned
    },
})
