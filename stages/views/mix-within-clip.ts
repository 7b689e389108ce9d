import { z } from 'zod'
import { describeStage, logMel, pair, patch, sameAs } from '../contract.js'
import { range } from '../quantities.js'
import { energyRule, mixBack } from './mix-back.js'
import { randomPatch } from './temporal-proximity.js'

/** Mix-back with backgrounds from the clip itself: two more places of it, which may overlap the views and each other. */
export default describeStage({
  runsIn: 'item',
  name: 'mix-within-clip',
  summary: 'Mix-back whose backgrounds are other places of the same clip: one ratio a pair, two places.',
  source: 'uclser20, mix_within_clip',
  parameters: z.strictObject({
    ratio: range({ min: 0, max: 0.99 })
      .default([0, 0.05])
      .describe('energy of the background over energy of the foreground, drawn uniformly, one for both views'),
    energy: energyRule,
  }),
  in: { views: pair(patch), backgrounds: sameAs('views', logMel) },
  out: ({ views }) => views,
  draws: true,
  work: ({ ratio, energy }, { views: port }) => {
    const { frames } = port.of
    return ({ views, backgrounds, rng }) => {
      const drawn = rng('ratio').uniform(...ratio)
      const starts = rng('starts')
      const [a, b] = [randomPatch(backgrounds, frames, starts), randomPatch(backgrounds, frames, starts)]
      return { a: mixBack(views.a, a, drawn, energy), b: mixBack(views.b, b, drawn, energy) }
    }
  },
})
