/** How logits become probabilities: classes that compete, or classes that stand each alone. */
export interface Link {
  /** Row by row of rows x classes. */
  probabilities(logits: Float64Array, classes: number): Float64Array
  /** First and second derivative by `step` of the summed log-normaliser at logits + step slope. */
  along(logits: Float64Array, slope: Float64Array, step: number, classes: number): { first: number; second: number }
  /** Free probabilities a row. */
  freedom(classes: number): number
}

/** exp(x) / Σ exp. */
const softMax: Link = {
  freedom: classes => Math.max(1, classes - 1),
  probabilities: (logits, classes) => {
    const out = new Float64Array(logits.length)
    for (let start = 0; start < logits.length; start += classes) {
      let [top, sum] = [Number.NEGATIVE_INFINITY, 0]
      for (let k = start; k < start + classes; k++) top = Math.max(top, logits[k]!)
      for (let k = start; k < start + classes; k++) sum += out[k] = Math.exp(logits[k]! - top)
      for (let k = start; k < start + classes; k++) out[k]! /= sum
    }
    return out
  },
  along: (logits, slope, step, classes) => {
    let [first, second] = [0, 0]
    for (let start = 0; start < logits.length; start += classes) {
      let [top, sum, mean, square] = [Number.NEGATIVE_INFINITY, 0, 0, 0]
      for (let k = start; k < start + classes; k++) top = Math.max(top, logits[k]! + step * slope[k]!)
      for (let k = start; k < start + classes; k++) {
        const weight = Math.exp(logits[k]! + step * slope[k]! - top)
        sum += weight
        mean += weight * slope[k]!
        square += weight * slope[k]! ** 2
      }
      first += mean / sum
      second += square / sum - (mean / sum) ** 2
    }
    return { first, second }
  },
}

/** 1 / (1 + exp(-x)). */
const sigmoid: Link = {
  freedom: classes => Math.max(1, classes),
  probabilities: logits => logits.map(logistic),
  along: (logits, slope, step) => {
    let [first, second] = [0, 0]
    for (let k = 0; k < logits.length; k++) {
      const share = logistic(logits[k]! + step * slope[k]!)
      first += share * slope[k]!
      second += share * (1 - share) * slope[k]! ** 2
    }
    return { first, second }
  },
}

const logistic = (value: number) => 1 / (1 + Math.exp(-value))

export const LINKS = { softMax, sigmoid } as const
