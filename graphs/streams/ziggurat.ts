/**
 * Normal random numbers by the ziggurat of Marsaglia and Tsang (J. Statistical Software, 2000): 256 layers of equal
 * area; 99 of 100 numbers cost one whole random number and one multiplication.
 */
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'

const LAYERS = 256
/** Where the tail begins, and the area of each layer, for 256 layers. */
const TAIL = 3.6541528853610088
const AREA = 0.00492867323399

const density = (x: number) => Math.exp((-x * x) / 2)

/** Width of each layer, from the bottom (which stands for its rectangle and the tail) up; then 0. */
const WIDTHS = new Float64Array(LAYERS + 1)
WIDTHS[0] = AREA / density(TAIL)
WIDTHS[1] = TAIL
for (let i = 2; i < LAYERS; i++) WIDTHS[i] = Math.sqrt(-2 * Math.log(AREA / WIDTHS[i - 1]! + density(WIDTHS[i - 1]!)))

const HEIGHTS = WIDTHS.map(density)

/** Steps of 24 signed bits: the number is inside all layers above if its steps are below `INSIDE`. */
const SCALE = WIDTHS.map(width => width / 2 ** 23)
const INSIDE = Int32Array.from(SCALE, (_, i) => (i < LAYERS ? (WIDTHS[i + 1]! / WIDTHS[i]!) * 2 ** 23 : 0))

/** A standard normal number. */
export function standardNormal(generator: RandomGenerator): number {
  const bits = generator.next()
  const steps = bits >> 8
  return Math.abs(steps) < INSIDE[bits & 255]! ? steps * SCALE[bits & 255]! : atEdge(bits, generator)
}

/** Where the number is not surely below the curve: the number if it is, else a new one. */
function atEdge(bits: number, generator: RandomGenerator): number {
  const layer = bits & 255
  const x = (bits >> 8) * SCALE[layer]!
  if (layer === 0) return tail(generator, x < 0)
  const low = HEIGHTS[layer]!
  const high = HEIGHTS[layer + 1]!
  return low + uniformFloat64(generator) * (high - low) < density(x) ? x : standardNormal(generator)
}

/** A number beyond the last layer (Marsaglia, 1964). */
function tail(generator: RandomGenerator, negative: boolean): number {
  for (;;) {
    const beyond = -Math.log(1 - uniformFloat64(generator)) / TAIL
    if (-2 * Math.log(1 - uniformFloat64(generator)) > beyond * beyond) return negative ? -TAIL - beyond : TAIL + beyond
  }
}
