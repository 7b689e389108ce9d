import { z } from 'zod'
import { range } from '../../data/quantities.js'
import { describeStage, patch } from '../contract.js'
import { BEYOND, simd } from '../simd/simd.js'
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
  const { across, between, room } = simd()
  // what lies where: the patch, a row between two of its rows, where each band is taken from, the result
  const width = bands + BEYOND
  const [row, taps, result] = [patch.length, patch.length + width, patch.length + 4 * width]
  const numbers = room(result + patch.length)
  numbers.set(patch)
  const addresses = new Int32Array(numbers.buffer).fill(4 * row, taps, result)
  for (let band = 0; band < bands; band++) {
    const { first, second, share } = tap(band, crop.band, crop.bands, bands)
    addresses[taps + band] = 4 * (row + first)
    addresses[taps + width + band] = 4 * (row + second)
    numbers[taps + 2 * width + band] = share
  }
  for (let frame = 0; frame < frames; frame++) {
    const { first, second, share } = tap(frame, crop.frame, crop.frames, frames)
    between(4 * bands * first, 4 * bands * second, share, 4 * row, 4 * (row + bands))
    const at = 4 * (result + frame * bands)
    across(4 * taps, 4 * width, at, at + 4 * bands)
  }
  return numbers.slice(result, result + patch.length)
}

/** The two bins that one of `length` bins lies between in a stretch of `size` bins from `start`, and the second's share. */
function tap(bin: number, start: number, size: number, length: number) {
  const position = Math.max(0, ((bin + 0.5) * size) / length - 0.5)
  const whole = Math.min(Math.floor(position), size - 1)
  return { first: start + whole, second: start + Math.min(whole + 1, size - 1), share: position - whole }
}
