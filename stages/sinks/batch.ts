import { z } from 'zod'
import { anyItem, describeStage } from '../contract.js'

/** Gathers items, as they come, to batches of one size; items left over at the end of an epoch are let go. */
export default describeStage({
  runsIn: 'batch',
  name: 'batch',
  summary: 'Gathers items (patches, pairs of patches) to a batch for training.',
  parameters: z.strictObject({
    size: z.int().min(1).max(65_536).default(128).describe('items a batch; a pair is one item'),
  }),
  in: { from: anyItem },
  out: ({ from }, { size }) => ({ kind: 'batch', of: from, size }),
})
