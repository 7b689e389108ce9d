/** What low-rank adapters are like; apart from those that need TensorFlow, because a checked graph says it. */
export interface Adapters {
  /** Numbers that lie between `down` and `up`. */
  rank: number
  /** What they add counts alpha / rank times. */
  alpha: number
  /** Beginnings of the weights' names inside the node: `block0`; all if absent. */
  layers?: readonly string[]
}
