import { z } from 'zod'
import { describeStage, logMel, patch, sameAs, views } from '../contract.js'
import { asViews, inOrder } from '../each-view.js'
import { mixBack, mixing } from './mix-back.js'
import { randomPatch } from './temporal-proximity.js'

/** Mix-back with backgrounds from the clip itself: two more places of it, which may overlap the views and each other. */
export default describeStage({
  runsIn: 'item',
  name: 'mix-within-clip',
  summary: 'Mix-back whose backgrounds are other places of the same clip: one ratio a clip, one place a view.',
  source: 'uclser20, mix_within_clip',
  parameters: z.strictObject(mixing),
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
