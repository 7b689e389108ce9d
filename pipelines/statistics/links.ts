/** How logits become probabilities: classes that compete, or classes that stand each alone. */
export interface Link {
  /**
   * First and second derivative by `step` of the summed log-normaliser at logits + step slope.
   *
   * @param probabilities row by row of rows x classes: become those at that place
   */
  along(
    logits: Float64Array,
    slope: Float64Array,
    step: number,
    classes: number,
    probabilities: Float64Array,
  ): { first: number; second: number }
  /** Free probabilities a row. */
  freedom(classes: number): number
}

/** exp(x) / Σ exp. */
const softMax: Link = {
  freedom: classes => Math.max(1, classes - 1),
  along: (logits, slope, step, classes, probabilities) => {
    let [first, second] = [0, 0]
    for (let start = 0; start < logits.length; start += classes) {
      const end = start + classes
      let [top, sum, mean, square] = [Number.NEGATIVE_INFINITY, 0, 0, 0]
      for (let k = start; k < end; k++) {
        const logit = logits[k]! + step * slope[k]!
        probabilities[k] = logit
        if (logit > top) top = logit
      }
      for (let k = start; k < end; k++) {
        const weight = Math.exp(probabilities[k]! - top)
        const change = weight * slope[k]!
        probabilities[k] = weight
        sum += weight
        mean += change
        square += change * slope[k]!
      }
      for (let k = start; k < end; k++) probabilities[k]! /= sum
      first += mean / sum
      second += square / sum - (mean / sum) ** 2
    }
    return { first, second }
  },
}

/** exp(x) / Σ exp of one row: shares that add up to 1. */
export function softmax(logits: ArrayLike<number>): number[] {
  const all = Array.from(logits)
  const top = Math.max(...all)
  const powers = all.map(logit => Math.exp(logit - top))
  const sum = powers.reduce((total, power) => total + power, 0)
  return powers.map(power => power / sum)
}

/** 1 / (1 + exp(-x)): how likely a logit is. */
export const sigmoid = (logit: number) => 1 / (1 + Math.exp(-logit))

/** `sigmoid` of each class by itself. */
const sigmoids: Link = {
  freedom: classes => Math.max(1, classes),
  along: (logits, slope, step, _classes, probabilities) => {
    let [first, second] = [0, 0]
    for (let k = 0; k < logits.length; k++) {
      const share = sigmoid(logits[k]! + step * slope[k]!)
      probabilities[k] = share
      first += share * slope[k]!
      second += share * (1 - share) * slope[k]! ** 2
    }
    return { first, second }
  },
}

export const LINKS = { softMax, sigmoid: sigmoids } as const
