import { z } from 'zod'
import { range } from '../../data/quantities.js'
import { bank, describeStage, logMel, patch, sameAs, views } from '../contract.js'
import { asViews, inOrder, viewCount } from '../each-view.js'
import { logOf, powerOf } from '../power.js'
import type { Patch } from '../values.js'
import { randomPatch } from './temporal-proximity.js'

/** How backgrounds are mixed behind views. */
export const mixing = {
  ratio: range({ min: 0, max: 0.99 })
    .default([0, 0.05])
    .describe('energy of the background over energy of the foreground, drawn uniformly, one for all views'),
  energy: z
    .enum(['equal', 'none'])
    .default('equal')
    .describe(
      'equal: the background is first brought to the energy of the foreground. none: it is mixed as it is, and ' +
        'ratio is the weight of its power',
    ),
}

/** Mix-back: a quiet piece of another clip behind each view. */
export default describeStage({
  runsIn: 'item',
  name: 'mix-back',
  summary: 'Adds a quiet patch of another clip to each view: one ratio a clip, as many different clips as views.',
  source: 'Fonseca et al., ICASSP 2021, 3.2',
  parameters: z.strictObject(mixing),
  in: { from: views(patch), backgrounds: sameAs('from', bank(logMel)) },
  out: ({ from }) => from,
  draws: true,
  work: ({ ratio, energy }, { from: port }) => {
    const { frames } = port.of
    const count = viewCount(port)
    return async ({ from, backgrounds, clip, rng }) => {
      const drawn = rng('ratio').uniform(...ratio)
      const others = await backgrounds.draw(count, { not: clip.id, rng: rng('backgrounds') })
      const starts = rng('starts')
      const added = others.map(mel => randomPatch(mel, frames, starts))
      const mixed = inOrder(from).map((view, at) => mixBack(view, added[at]!, drawn, energy))
      return asViews(port, mixed)
    }
  },
})

/**
 * Mixes two log10 power patches in the linear domain so that the background's energy is exactly `ratio` times the
 * foreground's: log10((1 - ratio) X + ratio (sum X / sum B) B). Without the energy rule: log10((1 - ratio) X + ratio B).
 *
 * @param foreground log10 power, any shape, flattened
 * @param background same length
 * @param ratio in [0, 1); 0 returns the foreground itself
 * @param rule `equal` brings the background to the foreground's energy, `none` leaves it
 * @throws RangeError if the background is silent (sum B = 0) under the energy rule, or not finite
 */
export function mixBack(foreground: Patch, background: Patch, ratio: number, rule: 'equal' | 'none' = 'equal'): Patch {
  if (ratio === 0) return foreground
  const mixed = new Float32Array(foreground.length)
  const added = scratch(foreground.length)
  const energy = powerOf(foreground, mixed)
  const power = powerOf(background, added)
  const gain = rule === 'equal' ? (ratio * energy) / power : ratio
  if (!Number.isFinite(gain) || !Number.isFinite(power))
    throw new RangeError('the background drawn for mix-back is silent or not finite')
  for (let i = 0; i < mixed.length; i++) mixed[i] = (1 - ratio) * mixed[i]! + gain * added[i]!
  return logOf(mixed)
}

let room = new Float32Array(0)

/** Room for one linear background, used again by the next call. */
function scratch(length: number): Float32Array {
  if (room.length !== length) room = new Float32Array(length)
  return room
}
