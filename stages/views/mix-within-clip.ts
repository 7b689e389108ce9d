import { z } from 'zod'
import { range } from '../../data/quantities.js'
import { describeStage, logMel, patch, sameAs, views } from '../contract.js'
import { asViews, inOrder } from '../each-view.js'
import { energyRule, mixBack } from './mix-back.js'
import { randomPatch } from './temporal-proximity.js'

/** Mix-back with backgrounds from the clip itself: two more places of it, which may overlap the views and each other. */
export default describeStage({
  runsIn: 'item',
  name: 'mix-within-clip',
  summary: 'Mix-back whose backgrounds are other places of the same clip: one ratio a clip, one place a view.',
  source: 'uclser20, mix_within_clip',
  parameters: z.strictObject({
    ratio: range({ min: 0, max: 0.99 })
      .default([0, 0.05])
      .describe('energy of the background over energy of the foreground, drawn uniformly, one for all views'),
    energy: energyRule,
  }),
  in: { views: views(patch), backgrounds: sameAs('views', logMel) },
  out: ({ views }) => views,
  draws: true,
  work: ({ ratio, energy }, { views: port }) => {
    const { frames } = port.of
    return ({ views, backgrounds, rng }) => {
      const drawn = rng('ratio').uniform(...ratio)
      const starts = rng('starts')
      const added = inOrder(views).map(() => randomPatch(backgrounds, frames, starts))
      const mixed = inOrder(views).map((view, at) => mixBack(view, added[at]!, drawn, energy))
      return asViews(port, mixed)
    }
  },
})
