/** Mean of the embeddings of a clip's patches, taken as they come. */
export class RunningMean {
  readonly #sum: Float64Array
  #count = 0

  constructor(size: number) {
    this.#sum = new Float64Array(size)
  }

  add(embedding: Float32Array): void {
    for (let at = 0; at < embedding.length; at++) this.#sum[at]! += embedding[at]!
    this.#count++
  }

  /** The mean; starts anew. */
  take(): Float32Array {
    const mean = Float32Array.from(this.#sum, value => value / this.#count)
    this.#sum.fill(0)
    this.#count = 0
    return mean
  }
}
