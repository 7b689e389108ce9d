import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import type { Choose } from '../random-order.js'

/** The same choices for the same seed. */
export function choices(seed: number): Choose {
  const generator = xoroshiro128plus(seed)
  return count => uniformInt(generator, 0, count - 1)
}
