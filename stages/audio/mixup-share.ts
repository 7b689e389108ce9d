import { z } from 'zod'
import { betaDraw } from '../beta-draw.js'
import { clip, describeStage } from '../contract.js'

/** How much of a clip is left where `mixup` mixes it: drawn beside it, so that its sound and its label have the same share. */
export default describeStage({
  name: 'mixup-share',
  runsIn: 'item',
  summary:
    'A share for mixup, drawn for each clip from Beta(alpha, alpha): the larger of the two parts, as in MixMatch.',
  source: 'Berthelot et al., NeurIPS 2019, equations 8 and 9',
  parameters: z.strictObject({
    alpha: z.number().min(0.01).max(100).default(0.75).describe('small: mostly near 1. large: mostly near 0.5'),
  }),
  in: { from: clip },
  out: () => ({ kind: 'embedding', size: 1 }),
  draws: true,
  work:
    ({ alpha }) =>
    ({ rng }) => {
      const share = betaDraw(alpha, rng('share'))
      return Float32Array.of(Math.max(share, 1 - share))
    },
})
