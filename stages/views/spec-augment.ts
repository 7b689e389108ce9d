import { z } from 'zod'
import { anyPatch, describeStage, ParameterProblem } from '../contract.js'
import type { Patch, Rng } from '../values.js'

/** SpecAugment without time warping: stripes of time and of frequency are blotted out. */
export default describeStage({
  runsIn: 'item',
  name: 'spec-augment',
  summary: 'Blots out random stripes of frames and of bands, the same in all channels.',
  source: 'Park et al., Interspeech 2019; Fonseca et al., ICASSP 2021',
  parameters: z.strictObject({
    'time-masks': z.int().min(0).max(100).default(2).describe('how many stripes of frames'),
    'time-width': z
      .int()
      .min(0)
      .default(19)
      .describe('widest stripe in frames; each is drawn from 0 to this, included'),
    'frequency-masks': z.int().min(0).max(100).default(2).describe('how many stripes of bands'),
    'frequency-width': z
      .int()
      .min(0)
      .default(12)
      .describe('widest stripe in bands; each is drawn from 0 to this, included'),
    fill: z
      .enum(['minimum', 'mean', 'zero'])
      .default('minimum')
      .describe('what a stripe is filled with: minimum or mean of the patch, or zero (the mean behind normalise)'),
  }),
  in: { from: anyPatch },
  out: ({ from }, parameters) => {
    const { frames, bands } = from
    if (parameters['time-masks'] > 0) fits('time-width', parameters['time-width'], frames, 'frames')
    if (parameters['frequency-masks'] > 0) fits('frequency-width', parameters['frequency-width'], bands, 'bands')
    return from
  },
  draws: true,
  work: (parameters, { from: { frames, bands, channels = 1 } }) => {
    const times = { count: parameters['time-masks'], width: parameters['time-width'], size: frames }
    const frequencies = { count: parameters['frequency-masks'], width: parameters['frequency-width'], size: bands }
    const ofAll = ({ start, width }: Stripe) => ({ start: channels * start, width: channels * width })
    return ({ from, rng }) =>
      masked(from, channels * bands, {
        times: drawStripes(times, rng('time')),
        frequencies: drawStripes(frequencies, rng('frequency')).map(ofAll),
        fill: parameters.fill,
      })
  },
})

function fits(parameter: string, width: number, size: number, unit: string): void {
  if (width > size)
    throw new ParameterProblem(parameter, `${width} ${unit} is wider than the patch, which has ${size} ${unit}`)
}

/** Frames or bands from `start`, `width` of them. */
export interface Stripe {
  start: number
  width: number
}

/** `count` stripes inside `size` bins: widths uniform from 0 to `width` included, then starts uniform where they fit. */
export function drawStripes(
  { count, width, size }: { count: number; width: number; size: number },
  rng: Rng,
): Stripe[] {
  return Array.from({ length: count }, () => {
    const drawn = rng.integer(0, width + 1)
    return { width: drawn, start: rng.integer(0, size - drawn + 1) }
  })
}

export interface Masks {
  times: readonly Stripe[]
  frequencies: readonly Stripe[]
  fill: 'minimum' | 'mean' | 'zero'
}

/**
 * A copy of the patch with its stripes filled.
 *
 * @param patch frames x bands, left as it is
 */
export function masked(patch: Patch, bands: number, { times, frequencies, fill }: Masks): Patch {
  const value = FILLS[fill](patch)
  const copy = patch.slice()
  for (const { start, width } of times) copy.fill(value, start * bands, (start + width) * bands)
  for (const { start, width } of frequencies)
    for (let row = start; row < copy.length; row += bands) for (let at = row; at < row + width; at++) copy[at] = value
  return copy
}

const FILLS = {
  minimum: (patch: Patch) => {
    let [one, other] = [Infinity, Infinity] // two comparisons at a time: neither waits for the other
    for (let i = patch.length - 1; i >= 0; i -= 2) {
      if (patch[i]! < one) one = patch[i]!
      if (patch[i - 1]! < other) other = patch[i - 1]!
    }
    return Math.min(one, other)
  },
  mean: (patch: Patch) => patch.reduce((sum, value) => sum + value, 0) / patch.length,
  zero: () => 0,
}
