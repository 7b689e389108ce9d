/** A threshold for each class: SGL-Thresh (Pellegrini and Masquelier, ICASSP 2021). */
import { sigmoid } from '../../statistics/links.js'

/** What a step of the threshold counts as where its gradient is asked for: a sigmoid of so many a logit. */
const STEEPNESS = 5
const RATE = 0.05
const STEPS = 200

export interface LabelledLogits {
  /** Rows x classes. */
  logits: ArrayLike<number>
  /** 1 where the class is heard, else 0. */
  targets: ArrayLike<number>
  classes: number
}

/**
 * Thresholds of logits with a high F1 of all classes together: descent (Adam) on 1 - F1, with the gradient of a sigmoid in
 * place of the step's. Of all that were tried, the best. They begin, other than in the paper (0.5 throughout), where each
 * class is said as often as it is there, and lie on logits, so that they depend on no scale of probabilities.
 */
export function fitThresholds(given: LabelledLogits): Float64Array {
  let thresholds = startOf(given)
  const first = new Float64Array(given.classes)
  const second = new Float64Array(given.classes)
  let best = { thresholds, score: -1 }
  for (let step = 1; step <= STEPS; step++) {
    const { score, gradient } = surrogateGradient(given, thresholds)
    if (score > best.score) best = { thresholds, score }
    thresholds = thresholds.map((threshold, at) => {
      first[at] = 0.9 * first[at]! + 0.1 * gradient[at]!
      second[at] = 0.999 * second[at]! + 0.001 * gradient[at]! ** 2
      const [mean, square] = [first[at]! / (1 - 0.9 ** step), second[at]! / (1 - 0.999 ** step)]
      return threshold - (RATE * mean) / (Math.sqrt(square) + 1e-8)
    })
  }
  return best.thresholds
}

/**
 * F1 = 2 TP / (said + there) of a step at each threshold, and the gradient of 1 - F1 with dŷ/dθ = -s sigmoid'(s (z - θ)),
 * s = STEEPNESS.
 */
export function surrogateGradient(
  { logits, targets, classes }: LabelledLogits,
  thresholds: ArrayLike<number>,
): { score: number; gradient: Float64Array } {
  let [right, both] = [0, 0]
  for (let at = 0; at < logits.length; at++) {
    const said = logits[at]! >= thresholds[at % classes]! ? 1 : 0
    right += said * targets[at]!
    both += said + targets[at]!
  }
  const gradient = new Float64Array(classes)
  if (both === 0) return { score: 0, gradient }
  for (let at = 0; at < logits.length; at++) {
    const own = at % classes
    const soft = sigmoid(STEEPNESS * (logits[at]! - thresholds[own]!))
    const ofF1 = (2 * targets[at]! * both - 2 * right) / both ** 2
    gradient[own]! += ofF1 * STEEPNESS * soft * (1 - soft)
  }
  return { score: (2 * right) / both, gradient }
}

/** Of a class that is never there: above all its logits. */
function startOf({ logits, targets, classes }: LabelledLogits): Float64Array {
  const rows = logits.length / classes
  return Float64Array.from({ length: classes }, (_, own) => {
    const all = Float64Array.from({ length: rows }, (_, row) => logits[row * classes + own]!).sort()
    let there = 0
    for (let row = 0; row < rows; row++) there += targets[row * classes + own]!
    return there === 0 ? all.at(-1)! + 1 : all[rows - Math.min(rows, Math.round(there))]!
  })
}
