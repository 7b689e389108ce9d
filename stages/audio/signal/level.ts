/** The peak rule: the mean is taken away, then x / (max |x| + 1e-4), over the whole sound. */
const QUIET = 1e-4

/** Gathers, block by block, what the rule needs; float64. */
export class Level {
  private sum = 0
  private count = 0
  private low = Number.POSITIVE_INFINITY
  private high = Number.NEGATIVE_INFINITY

  add(block: Float32Array): void {
    let { sum, low, high } = this
    for (let i = 0; i < block.length; i++) {
      const x = block[i]!
      sum += x
      if (x < low) low = x
      if (x > high) high = x
    }
    Object.assign(this, { sum, low, high })
    this.count += block.length
  }

  /** A levelled copy of a block. */
  apply(block: Float32Array): Float32Array {
    const mean = this.sum / this.count
    const gain = 1 / (Math.max(this.high - mean, mean - this.low) + QUIET)
    const out = new Float32Array(block.length)
    for (let i = 0; i < out.length; i++) out[i] = (block[i]! - mean) * gain
    return out
  }
}
