import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

/** A whole number from 0 up to, not with, `count`, each as likely as any other. */
export type Choose = (count: number) => number

/** The same choices for the same seed. */
export function choices(seed: number): Choose {
  const generator = xoroshiro128plus(seed)
  return count => uniformInt(generator, 0, count - 1)
}

/** A new array in a random order (Fisher and Yates). */
export function inRandomOrder<Item>(items: readonly Item[], choose: Choose): Item[] {
  const order = [...items]
  for (let i = order.length - 1; i > 0; i--) {
    const j = choose(i + 1)
    const item = order[i]!
    order[i] = order[j]!
    order[j] = item
  }
  return order
}
