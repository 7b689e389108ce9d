/** How large the inputs were on which an encoder was trained: read off its first batch norm. */
import type { Patch } from '../../../stages/values.js'

/** Means and products of the neighbourhoods of every bin of many patches, with zeros outside, as a convolution sees them. */
export class Neighbourhoods {
  #count = 0
  readonly #sums: Float64Array
  readonly #products: Float64Array

  /** @param side odd: frames and bands of a neighbourhood */
  constructor(private readonly side: number) {
    this.#sums = new Float64Array(side ** 2)
    this.#products = new Float64Array(side ** 4)
  }

  /** @param patch row-major frames x bands */
  add(patch: Patch, bands: number): void {
    const { side } = this
    const frames = patch.length / bands
    const around = (side - 1) / 2
    const across = bands + side - 1
    const padded = new Float32Array((frames + side - 1) * across)
    for (let frame = 0; frame < frames; frame++)
      padded.set(patch.subarray(frame * bands, (frame + 1) * bands), (frame + around) * across + around)
    const offsets = Array.from({ length: side ** 2 }, (_, at) => Math.floor(at / side) * across + (at % side))
    offsets.forEach((one, u) => {
      for (let v = u; v < offsets.length; v++) {
        const [sum, product] = moments(padded, { frames, bands, across }, one, offsets[v]!)
        if (u === v) this.#sums[u]! += sum
        this.#products[u * offsets.length + v]! += product
      }
    })
    this.#count += patch.length
  }

  /** Variance of what a filter, row-major, gives over all bins. */
  variance(filter: ArrayLike<number>): number {
    const size = this.side ** 2
    let [mean, square] = [0, 0]
    for (let u = 0; u < size; u++) {
      mean += filter[u]! * (this.#sums[u]! / this.#count)
      for (let v = u; v < size; v++) {
        const product = filter[u]! * filter[v]! * (this.#products[u * size + v]! / this.#count)
        square += u === v ? product : 2 * product
      }
    }
    return square - mean * mean
  }
}

/** Sum over all bins of the number at one offset, and of its product with the number at the other. */
function moments(
  padded: Float32Array,
  { frames, bands, across }: { frames: number; bands: number; across: number },
  one: number,
  other: number,
): [sum: number, product: number] {
  let [sum, product] = [0, 0]
  for (let frame = 0; frame < frames; frame++) {
    const row = frame * across
    for (let at = row; at < row + bands; at++) {
      const value = padded[at + one]!
      sum += value
      product += value * padded[at + other]!
    }
  }
  return [sum, product]
}

export interface InputScale {
  /** What patches of deviation 1 have to be multiplied with: the median over the channels. */
  scale: number
  /** The middle half of the channels lies between these. */
  quartiles: [number, number]
}

/**
 * The factor between patches and what a first convolution was trained on: square root of the running variance of its
 * batch norm over the variance of what its filters give for these patches, channel by channel.
 *
 * @param filters height x width x 1 x out, row-major
 * @param variances running variance of each of the `out` channels
 * @throws RangeError if no channel has a variance above 0
 */
export function inputScale(filters: Float32Array, variances: Float32Array, seen: Neighbourhoods): InputScale {
  const out = variances.length
  const ratios = Array.from(variances, (variance, channel) => {
    const filter = Float32Array.from({ length: filters.length / out }, (_, at) => filters[at * out + channel]!)
    return Math.sqrt(variance / seen.variance(filter))
  })
  const usable = ratios.filter(ratio => Number.isFinite(ratio) && ratio > 0).sort((a, b) => a - b)
  if (usable.length === 0) throw new RangeError('no channel of the first convolution answers to these sounds')
  const at = (share: number) => usable[Math.round(share * (usable.length - 1))]!
  return { scale: at(0.5), quartiles: [at(0.25), at(0.75)] }
}
