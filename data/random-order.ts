/** A whole number from 0 up to, not with, `count`, each as likely as any other. */
export type Choose = (count: number) => number

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
