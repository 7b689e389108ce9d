/** Keyed randomness: a draw depends on its key alone, never on what else was drawn, where or when. */
import { hash } from 'node:crypto'
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'
import { inRandomOrder } from '../../data/random-order.js'
import { BEYOND, simd } from '../../stages/simd/simd.js'
import type { Draws, Rng } from '../../stages/values.js'
import { standardNormal } from './ziggurat.js'

/** What a draw depends on. Shared draws leave the lane out. */
export interface DrawKey {
  seed: number
  node: string
  lane?: string
  epoch: number
  item: string
}

/** The named streams of one item at one node. */
export function keyedDraws({ seed, node, lane = '', epoch, item }: DrawKey): Draws {
  return name => streamOf([seed, node, lane, epoch, item, name].join('\u0000'))
}

/** The stream of random numbers that belongs to a text. */
export function streamOf(key: string): Rng {
  const digest = hash('sha1', key, 'binary') // a character a byte: thousands of short buffers are a burden
  const byte = (at: number) => digest.charCodeAt(at)
  const state = [0, 4, 8, 12].map(at => byte(at) | (byte(at + 1) << 8) | (byte(at + 2) << 16) | (byte(at + 3) << 24))
  const generator = xoroshiro128plusFromState(state)
  const uniform = (low = 0, high = 1) => low + (high - low) * uniformFloat64(generator)
  return {
    uniform,
    integer: (low, high) => {
      if (!(high > low)) throw new RangeError(`there is no whole number from ${low} up to and without ${high}`)
      return uniformInt(generator, low, high - 1)
    },
    normal: () => standardNormal(generator),
    fillNormal: (target, deviation) => fillNormal(target, deviation, generator),
  }
}

/** A new array in a random order, the same for the same key. */
export function shuffled<Item>(items: readonly Item[], key: string): Item[] {
  const rng = streamOf(key)
  return inRandomOrder(items, count => rng.integer(0, count))
}

/** So many of the numbers below `count`, in rising order, the same for the same key; all of them if there are no more. */
export function someOf(count: number, most: number, key: string): number[] {
  const all = Array.from({ length: count }, (_, at) => at)
  if (count <= most) return all
  return shuffled(all, key)
    .slice(0, most)
    .sort((a, b) => a - b)
}

/** Fills `target` with normal numbers of mean 0, by generators of its own (stages/simd/normal-kernel.ts), which the stream seeds. */
function fillNormal(target: Float32Array, deviation: number, generator: RandomGenerator): void {
  const { normals, room } = simd()
  const { length } = target
  const stateAt = 4 * (length + BEYOND)
  const numbers = room(length + BEYOND + 16)
  new Int32Array(numbers.buffer, stateAt, 16).forEach((_, i, state) => {
    state[i] = generator.next()
  })
  if (length > 0) normals(0, 4 * length, stateAt, deviation)
  target.set(numbers.subarray(0, length))
}
