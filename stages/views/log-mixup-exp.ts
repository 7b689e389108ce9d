import { z } from 'zod'
import { range } from '../../data/quantities.js'
import { bank, describeStage, logMel, patch, sameAs } from '../contract.js'
import { mixBack } from './mix-back.js'
import { randomPatch } from './temporal-proximity.js'

/**
 * Log-mixup-exp: log10((1 - ratio) X + ratio B) with the powers X of the patch and B of a patch of another clip, which
 * comes at its own level. Each view of a pair draws for itself. The small constant of BYOL-A inside the logarithm is
 * left out: log-mel's floor does its work.
 */
export default describeStage({
  runsIn: 'item',
  name: 'log-mixup-exp',
  summary: 'Mixes the patch with one of another clip in the linear domain, and takes the logarithm again.',
  source: 'Niizumi et al. (BYOL-A), IJCNN 2021',
  parameters: z.strictObject({
    ratio: range({ min: 0, max: 0.99 })
      .default([0, 0.4])
      .describe('weight of the power of the other clip, drawn uniformly; the upper end is the alpha of BYOL-A'),
  }),
  in: { from: patch, backgrounds: sameAs('from', bank(logMel)) },
  out: ({ from }) => from,
  draws: true,
  work:
    ({ ratio }, { from: port }) =>
    async ({ from, backgrounds, clip, rng }) => {
      const [other] = await backgrounds.draw(1, { not: clip.id, rng: rng('background') })
      const background = randomPatch(other!, port.frames, rng('start'))
      return mixBack(from, background, rng('ratio').uniform(...ratio), 'none')
    },
})
