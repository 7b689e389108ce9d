/** Added to the largest magnitude if nothing else is said. */
const HEAD_ROOM = 1e-4

/**
 * The peak rule: the mean is taken away, then x / (max |x| + head-room), over the whole sound. Gathers, block by block,
 * what the rule needs; float64.
 */
export class Level {
  private sum = 0
  private count = 0
  private low = Number.POSITIVE_INFINITY
  private high = Number.NEGATIVE_INFINITY

  constructor(private readonly headRoom = HEAD_ROOM) {}

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

  /** What samples are multiplied with, once the mean is away. */
  get gain(): number {
    const mean = this.sum / this.count
    return 1 / (Math.max(this.high - mean, mean - this.low) + this.headRoom)
  }

  /** A levelled copy of a block. */
  apply(block: Float32Array): Float32Array {
    const mean = this.sum / this.count
    const { gain } = this
    const out = new Float32Array(block.length)
    for (let i = 0; i < out.length; i++) out[i] = (block[i]! - mean) * gain
    return out
  }
}
