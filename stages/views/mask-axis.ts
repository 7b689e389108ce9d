import { z } from 'zod'
import { describeStage, ParameterProblem, patch } from '../contract.js'
import type { Rng } from '../values.js'
import { masked } from './spec-augment.js'

/** Structured masking: a fixed share of the frames, or of the bands, is blotted out in stripes. */
export default describeStage({
  runsIn: 'item',
  name: 'mask-axis',
  summary: 'Blots out a set share of the frames, or of the bands, stripe by stripe.',
  source: 'AudioMosaic, ICML 2026',
  parameters: z.strictObject({
    axis: z.enum(['time', 'frequency']).default('time').describe('what is cut into stripes: frames or bands'),
    share: z.number().gt(0).lt(1).default(0.6).describe('share of the stripes that go; what stays is rounded down'),
    stripe: z
      .int()
      .min(1)
      .max(10_000)
      .default(16)
      .describe('frames or bands of a stripe; the last one may be narrower'),
    fill: z
      .enum(['minimum', 'mean', 'zero'])
      .default('zero')
      .describe('what a stripe is filled with: minimum or mean of the patch, or zero (the mean behind normalise)'),
  }),
  in: { from: patch },
  out: ({ from }, { axis, share, stripe }) => {
    const size = axis === 'time' ? from.frames : from.bands
    if (stripesKept(Math.ceil(size / stripe), share) < 1)
      throw new ParameterProblem(
        'stripe',
        `nothing of the patch would stay: it has ${Math.ceil(size / stripe)} stripes of ${stripe}, and ${share} of them go`,
      )
    return from
  },
  draws: true,
  work: ({ axis, share, stripe, fill }, { from: { frames, bands } }) => {
    const size = axis === 'time' ? frames : bands
    return ({ from, rng }) => {
      const stripes = drawMasked(Math.ceil(size / stripe), share, rng('stripes')).map(index => ({
        start: index * stripe,
        width: Math.min(stripe, size - index * stripe),
      }))
      const masks = axis === 'time' ? { times: stripes, frequencies: [] } : { times: [], frequencies: stripes }
      return masked(from, bands, { ...masks, fill })
    }
  },
})

/** How many of `count` stripes stay; the smallest step up keeps 10 x (1 - 0.9) at one. */
function stripesKept(count: number, share: number): number {
  return Math.floor(count * (1 - share) + 1e-9)
}

/** Which of `count` stripes go, every choice equally likely; in rising order. */
export function drawMasked(count: number, share: number, rng: Rng): number[] {
  const stripes = Array.from({ length: count }, (_, index) => index)
  for (let kept = 0; kept < stripesKept(count, share); kept++) stripes.splice(rng.integer(0, stripes.length), 1)
  return stripes
}
