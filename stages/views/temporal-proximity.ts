import { z } from 'zod'
import { Problem } from '../../data/problem.js'
import { duration, ends } from '../../data/quantities.js'
import { describeStage, type LogMelPort, logMel, ParameterProblem } from '../contract.js'
import { madeViews, viewsPort } from '../each-view.js'
import { repeated } from '../sample-arrays.js'
import type { LogMel, Patch, Rng } from '../values.js'

const time = duration({ min: 0, max: 86_400 })

/** How the patches of one clip lie. */
export const lie = {
  views: z.int().min(2).max(64).optional().describe('how many; 2 if not said, which are a pair; more are channels'),
  mode: z
    .enum(['random', 'same', 'overlapping', 'disjoint', 'range'])
    .default('random')
    .describe(
      'how the patches lie: random = independent uniform starts, overlap allowed; same = one patch for all; ' +
        'overlapping, disjoint, range = as random, but only pairs (two views) that share a frame, that share none, or whose ' +
        'starts are as far apart as distance says',
    ),
  distance: ends(time)
    .optional()
    .describe('of mode range: least and greatest time between the two starts, as in [0.5 s, 2 s]'),
}

/** Temporal proximity sampling: two pieces of one recording are a positive pair. */
export default describeStage({
  runsIn: 'item',
  name: 'temporal-proximity',
  summary: 'Cuts two patches, or more, from one clip at random; they may overlap, or have to, or must not.',
  source: 'Jansen et al., ICASSP 2018; Fonseca et al., ICASSP 2021',
  parameters: z.strictObject({
    frames: z.int().min(1).max(100_000).default(96).describe('length of a patch, in frames of the spectrogram'),
    ...lie,
  }),
  in: { from: logMel },
  out: ({ from: mel }, parameters) => {
    apart(parameters, mel)
    return viewsPort({ ...mel, kind: 'patch', frames: parameters.frames }, parameters.views ?? 2)
  },
  draws: true,
  cuts: true,
  work: (parameters, { from: port, out }) => {
    const { frames, mode } = parameters
    const distance = apart(parameters, port)
    return ({ from, rng }) => {
      const starts = rng('starts')
      if (mode === 'random') return madeViews(out, () => randomPatch(from, frames, starts))
      const two = drawStarts(Math.max(1, from.frames - frames + 1), distance, starts)
      return madeViews(out, at => patchAt(from, two[at % 2]!, frames))
    }
  },
})

/** Frames from one start to the other, least and greatest. */
type Distance = readonly [number, number]

type Lie = z.output<z.ZodObject<typeof lie>> & { frames: number }

/** @throws ParameterProblem if the mode and the distance do not go together, or no whole frame lies in the distance */
export function apart(
  { frames, mode, distance, views = 2 }: Lie,
  { rate, hop }: Pick<LogMelPort, 'rate' | 'hop'>,
): Distance {
  if ((mode === 'range') !== (distance !== undefined)) {
    const message = distance ? `mode ${mode} takes no distance: that is for mode range` : 'mode range needs a distance'
    throw new ParameterProblem(distance ? 'distance' : 'mode', `${message}, as in distance: [0.5 s, 2 s]`)
  }
  if (views > 2 && mode !== 'random' && mode !== 'same')
    throw new ParameterProblem('mode', `${mode} says how two views lie, and there are ${views}: random or same`)
  if (distance) {
    const [low, high] = distance.map(seconds => (seconds * rate) / hop) as [number, number]
    const whole = [Math.ceil(low - 1e-6), Math.floor(high + 1e-6)] as const
    if (whole[0] <= whole[1]) return whole
    throw new ParameterProblem('distance', `no whole frame lies in it: frames are ${hop / rate} s apart`)
  }
  if (mode === 'same') return [0, 0]
  return mode === 'overlapping' ? [0, frames - 1] : [mode === 'disjoint' ? frames : 0, Infinity]
}

/**
 * Two starts, each of the `places` first frames, whose distance lies in the range: every such pair is equally likely,
 * as if independent starts were drawn until they fit.
 *
 * @throws RangeError if no two starts are that far apart
 */
export function drawStarts(places: number, [least, most]: Distance, rng: Rng): [number, number] {
  const far = Math.min(most, places - 1)
  if (far < least)
    throw new RangeError(
      `the clip is too short for two patches that start ${least} frames apart: it lacks ${least - far}`,
    )
  // Ordered pairs at distances from least to d: 2 (places - d) at each, half of it at 0.
  const pairs = (d: number) => (d - least + 1) * (2 * places - least - d) - (least === 0 ? places : 0)
  const drawn = rng.uniform(0, pairs(far))
  let [distance, above] = [least, far]
  while (distance < above) {
    const middle = Math.floor((distance + above) / 2)
    if (pairs(middle) > drawn) above = middle
    else distance = middle + 1
  }
  const early = rng.integer(0, places - distance)
  return rng.uniform() < 0.5 ? [early, early + distance] : [early + distance, early]
}

/**
 * A patch from a uniformly drawn place; a clip shorter than the patch is repeated from its start.
 *
 * @param frames length of the patch
 * @returns frames x bands, row-major; the caller's own
 * @throws RangeError if the clip has no frames
 */
export function randomPatch(mel: LogMel, frames: number, rng: Rng): Patch {
  return patchAt(mel, mel.frames >= frames ? rng.integer(0, mel.frames - frames + 1) : 0, frames)
}

/** From a frame on, where there are so many; else the whole clip, again and again. @throws RangeError if the clip has no frames */
export function patchAt(mel: LogMel, start: number, frames: number): Patch {
  if (mel.frames === 0) throw new RangeError('the clip has no frames')
  const patch = mel.frames >= frames ? mel.read(start, frames) : repeated(mel.read(0, mel.frames), frames * mel.bands)
  places.set(patch, { start, of: mel.frames })
  return patch
}

const places = new WeakMap<Patch, { start: number; of: number }>()

/**
 * Where a patch was cut, and from how many frames.
 *
 * @param stage that has to know
 * @throws Problem `no-place` of what was made of a patch
 */
export function placeOf(patch: Patch, stage: string): { start: number; of: number } {
  const place = places.get(patch)
  if (place) return place
  throw new Problem('no-place', 'Where this patch was cut is not known.', {
    hint: `${stage} reads the node that cuts, before anything is done to its patches.`,
  })
}
