import { z } from 'zod'
import { range } from '../../data/quantities.js'
import { describeStage, patch } from '../contract.js'
import type { Patch, Rng } from '../values.js'

/** Random resized crop: a rectangle of the patch, stretched back to the patch's size. */
export default describeStage({
  runsIn: 'item',
  name: 'random-resized-crop',
  summary: 'Cuts a random rectangle of the patch and stretches it back (bilinear): small shifts and scalings.',
  source: 'Fonseca et al., ICASSP 2021; Szegedy et al., CVPR 2015',
  parameters: z.strictObject({
    area: range({ min: 0.01, max: 1 })
      .default([0.8, 1])
      .describe('area of the rectangle as a share of the patch, drawn uniformly'),
    aspect: range({ min: 0.1, max: 10 })
      .default([0.75, 1.3333])
      .describe("time over frequency of the rectangle, relative to the patch's own, drawn log-uniformly"),
    outside: z
      .enum(['clip', 'draw-again'])
      .default('clip')
      .describe(
        'sides that would stick out are clipped; or, as the authors have it, area and aspect are drawn again up to ten times and aspect is that of the rectangle itself, frames over bands',
      ),
  }),
  in: { from: patch },
  out: ({ from }) => from,
  draws: true,
  work: ({ area, aspect, outside }, { from: shape }) => {
    const draw = outside === 'clip' ? drawCrop : drawFittingCrop
    return ({ from, rng }) => resizedCrop(from, shape, draw(shape, area, aspect, rng('crop')))
  },
})

interface Shape {
  frames: number
  bands: number
}

/** A rectangle inside a patch, in frames and bands. */
export interface Crop extends Shape {
  frame: number
  band: number
}

/** A rectangle of random area, aspect and place; sides that would stick out are clipped to the patch. */
export function drawCrop(
  { frames, bands }: Shape,
  area: readonly [number, number],
  aspect: readonly [number, number],
  rng: Rng,
): Crop {
  const side = Math.sqrt(rng.uniform(...area))
  const stretch = Math.exp(rng.uniform(Math.log(aspect[0]), Math.log(aspect[1])) / 2)
  const height = Math.max(1, Math.min(frames, Math.round(frames * side * stretch)))
  const width = Math.max(1, Math.min(bands, Math.round((bands * side) / stretch)))
  return {
    frames: height,
    bands: width,
    frame: rng.integer(0, frames - height + 1),
    band: rng.integer(0, bands - width + 1),
  }
}

/**
 * As RandomResizedCrop of torchvision, which the authors have: a rectangle that sticks out is drawn again; after ten, the
 * largest one in the middle whose aspect is allowed.
 *
 * @param aspect frames over bands
 */
export function drawFittingCrop(
  { frames, bands }: Shape,
  area: readonly [number, number],
  aspect: readonly [number, number],
  rng: Rng,
): Crop {
  for (let tries = 0; tries < 10; tries++) {
    const bins = frames * bands * rng.uniform(...area)
    const stretch = Math.exp(rng.uniform(Math.log(aspect[0]), Math.log(aspect[1])))
    const [height, width] = [Math.round(Math.sqrt(bins * stretch)), Math.round(Math.sqrt(bins / stretch))]
    if (height < 1 || width < 1 || height > frames || width > bands) continue
    const [frame, band] = [rng.integer(0, frames - height + 1), rng.integer(0, bands - width + 1)]
    return { frames: height, bands: width, frame, band }
  }
  const height = Math.max(1, Math.min(frames, Math.floor(bands * aspect[1])))
  const width = Math.max(1, Math.min(bands, Math.floor(frames / aspect[0])))
  return {
    frames: height,
    bands: width,
    frame: Math.floor((frames - height) / 2),
    band: Math.floor((bands - width) / 2),
  }
}

/**
 * Stretches a rectangle of a patch to the whole patch, bilinear between the middles of the bins
 * (`torch.nn.functional.interpolate(mode='bilinear', align_corners=False)`).
 *
 * @param patch frames x bands, left as it is
 * @param crop inside the patch; the whole patch comes back unchanged
 */
export function resizedCrop(patch: Patch, { frames, bands }: Shape, crop: Crop): Patch {
  const rows = taps(crop.frame, crop.frames, frames)
  const columns = taps(crop.band, crop.bands, bands)
  const resized = new Float32Array(patch.length)
  // neighbouring rows lie between the same two rows of the rectangle: each is stretched across the bands once
  let [above, below] = [new Float64Array(bands), new Float64Array(bands)]
  let [aboveIs, belowIs] = [-1, -1]
  for (let frame = 0, to = 0; frame < frames; frame++) {
    const upper = rows.first[frame]!
    const lower = rows.second[frame]!
    if (upper === belowIs) {
      ;[above, below] = [below, above]
      ;[aboveIs, belowIs] = [belowIs, aboveIs]
    }
    if (upper !== aboveIs) acrossBands(patch, upper * bands, columns, above)
    if (lower !== belowIs) acrossBands(patch, lower * bands, columns, below)
    aboveIs = upper
    belowIs = lower
    const share = rows.share[frame]!
    for (let band = 0; band < bands; band++, to++) resized[to] = above[band]! * (1 - share) + below[band]! * share
  }
  return resized
}

type Taps = ReturnType<typeof taps>

/** One row of the patch, from `start`, stretched across the bands. */
function acrossBands(patch: Patch, start: number, { first, second, share }: Taps, to: Float64Array): void {
  for (let band = 0; band < to.length; band++)
    to[band] = patch[start + first[band]!]! * (1 - share[band]!) + patch[start + second[band]!]! * share[band]!
}

/** For each of `length` bins: the two bins it lies between in a stretch of `size` bins from `start`, and the second's share. */
function taps(start: number, size: number, length: number) {
  const first = new Int32Array(length)
  const second = new Int32Array(length)
  const share = new Float64Array(length)
  for (let bin = 0; bin < length; bin++) {
    const position = Math.max(0, ((bin + 0.5) * size) / length - 0.5)
    const whole = Math.min(Math.floor(position), size - 1)
    first[bin] = start + whole
    second[bin] = start + Math.min(whole + 1, size - 1)
    share[bin] = position - whole
  }
  return { first, second, share }
}
