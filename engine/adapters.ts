/** What low-rank adapters are like; apart from what needs TensorFlow, whose types do not hold for users of the package. */
export interface Adapters {
  /** Numbers that lie between `down` and `up`. */
  rank: number
  /** What they add counts alpha / rank times. */
  alpha: number
  /** Beginnings of the weights' names inside the node: `block0`; all if absent. */
  layers?: readonly string[] | undefined
}
