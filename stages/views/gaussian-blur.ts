import { z } from 'zod'
import { mirrored } from '../audio/spectra/centred-frames.js'
import { describeStage, patch } from '../contract.js'
import type { Patch } from '../values.js'

const width = (what: string) =>
  z
    .int()
    .min(1)
    .max(99)
    .refine(width => width % 2 === 1, 'a kernel has a middle: an odd number')
    .default(5)
    .describe(`widest kernel in ${what}, odd; each is drawn from 1 (no blur) to this, included`)

/** Gaussian blur with a kernel of random size: its two widths are drawn apart, its deviation is given. */
export default describeStage({
  runsIn: 'item',
  name: 'gaussian-blur',
  summary: 'Blurs the patch with a Gaussian kernel of random odd widths over time and frequency.',
  source: 'uclser20, RandomGaussianBlur',
  parameters: z.strictObject({
    'time-width': width('frames'),
    'frequency-width': width('bands'),
    deviation: z
      .number()
      .min(0.01)
      .max(1000)
      .default(20)
      .describe('standard deviation of the Gaussian in bins; far above the widths it is a mean over the kernel'),
  }),
  in: { from: patch },
  out: ({ from }) => from,
  draws: true,
  work: ({ 'time-width': time, 'frequency-width': frequency, deviation }, { from: { bands } }) => {
    return ({ from, rng }) => {
      const widths = rng('kernel')
      const odd = (most: number) => 2 * widths.integer(0, (most + 1) / 2) + 1
      return blurred(from, bands, {
        time: gaussian(odd(time), deviation),
        frequency: gaussian(odd(frequency), deviation),
      })
    }
  },
})

/** A Gaussian of odd `width`, its middle in the middle, that sums to 1 (`cv2.getGaussianKernel`). */
export function gaussian(width: number, deviation: number): Float64Array {
  const middle = (width - 1) / 2
  const kernel = Float64Array.from({ length: width }, (_, i) => Math.exp(-0.5 * ((i - middle) / deviation) ** 2))
  const sum = kernel.reduce((a, b) => a + b)
  return kernel.map(value => value / sum)
}

export interface Kernels {
  time: Float64Array
  frequency: Float64Array
}

/**
 * Weighs the neighbours of each bin, first over time, then over frequency. At the edges the patch is mirrored about
 * its outermost bins, which are not repeated (`cv2.GaussianBlur` with its default border).
 *
 * @param patch frames x bands, left as it is
 */
export function blurred(patch: Patch, bands: number, { time, frequency }: Kernels): Patch {
  const frames = patch.length / bands
  const alongTime = new Float64Array(patch.length)
  const rows = mirror(frames, time.length)
  for (let frame = 0, to = 0; frame < frames; frame++)
    for (let band = 0; band < bands; band++, to++) {
      let sum = 0
      for (let k = 0; k < time.length; k++) sum += time[k]! * patch[rows[frame + k]! * bands + band]!
      alongTime[to] = sum
    }
  const both = new Float32Array(patch.length)
  const columns = mirror(bands, frequency.length)
  for (let row = 0; row < patch.length; row += bands)
    for (let band = 0; band < bands; band++) {
      let sum = 0
      for (let k = 0; k < frequency.length; k++) sum += frequency[k]! * alongTime[row + columns[band + k]!]!
      both[row + band] = sum
    }
  return both
}

/** Which of `size` bins stands at each place from half a kernel before the first to half a kernel behind the last. */
function mirror(size: number, width: number): Int32Array {
  return Int32Array.from({ length: size + width - 1 }, (_, i) => mirrored(i - (width - 1) / 2, size))
}
