/** Statistics over the frames of a clip as they come, whole or in ordered parts, in memory that does not grow with it. */

/** Frames of a part that percentiles are taken of; of more, as many evenly spaced ones. */
const SAMPLED = 4096

export interface Timing {
  /** `mean`, `max`, `std` (of the population), `p10`, ... */
  statistics: readonly string[]
  parts: number
}

/** Numbers that come out for frames of `size` numbers. */
export const statisticsSize = (size: number, { statistics, parts }: Timing): number => size * statistics.length * parts

export class TimeStatistics {
  readonly #parts: Part[]

  /**
   * @param size numbers of a frame
   * @param frames that will come; each part has one at least, also where there are fewer frames than parts
   */
  constructor(
    private readonly size: number,
    private readonly frames: number,
    private readonly timing: Timing,
  ) {
    const { parts, statistics } = timing
    this.#parts = Array.from({ length: parts }, (_, part) => {
      const from = Math.floor((frames * part) / parts)
      const to = Math.max(from + 1, Math.floor((frames * (part + 1)) / parts))
      return new Part(size, from, to, statistics)
    })
  }

  /** Whether parts share frames. */
  get crowded(): boolean {
    return this.frames < this.timing.parts
  }

  /** The frame at a place of the clip, counted from 0, in order; `at` is where it begins in `values`. */
  add(frame: number, values: Float32Array, at = 0): void {
    for (const part of this.#parts) if (frame >= part.from && frame < part.to) part.add(values, at)
  }

  /** Part after part, statistic after statistic. */
  take(): Float32Array {
    if (this.frames < 1) throw new RangeError('statistics of no frames')
    const all = new Float32Array(statisticsSize(this.size, this.timing))
    let at = 0
    for (const part of this.#parts)
      for (const statistic of this.timing.statistics) {
        part.write(statistic, all.subarray(at, at + this.size))
        at += this.size
      }
    return all
  }
}

class Part {
  #count = 0
  readonly #sum: Float64Array
  /** Of squared distances from the running mean (Welford, Technometrics 1962). */
  readonly #squares: Float64Array | undefined
  readonly #max: Float32Array | undefined
  /** Frames for percentiles. */
  readonly #kept: Float32Array[] | undefined
  readonly #every: number

  constructor(
    private readonly size: number,
    readonly from: number,
    readonly to: number,
    statistics: readonly string[],
  ) {
    this.#sum = new Float64Array(size)
    if (statistics.includes('std')) this.#squares = new Float64Array(size)
    if (statistics.includes('max')) this.#max = new Float32Array(size).fill(Number.NEGATIVE_INFINITY)
    if (statistics.some(isPercentile)) this.#kept = []
    this.#every = Math.ceil((to - from) / SAMPLED)
  }

  add(values: Float32Array, at: number): void {
    const { size } = this
    const count = ++this.#count
    for (let i = 0; i < size; i++) {
      const value = values[at + i]!
      const before = this.#sum[i]!
      this.#sum[i] = before + value
      if (this.#squares && count > 1) {
        const distance = value - before / (count - 1)
        this.#squares[i]! += (distance * distance * (count - 1)) / count
      }
      if (this.#max && value > this.#max[i]!) this.#max[i] = value
    }
    if (this.#kept && (count - 1) % this.#every === 0) this.#kept.push(values.slice(at, at + size))
  }

  /** @param to as long as a frame */
  write(statistic: string, to: Float32Array): void {
    const count = this.#count
    if (statistic === 'mean') for (let i = 0; i < this.size; i++) to[i] = this.#sum[i]! / count
    else if (statistic === 'max') to.set(this.#max!)
    else if (statistic === 'std') for (let i = 0; i < this.size; i++) to[i] = Math.sqrt(this.#squares![i]! / count)
    else percentile(this.#kept!, Number(statistic.slice(1)) / 100, to)
  }
}

const isPercentile = (statistic: string) => /^p\d/.test(statistic)

/** Between the two frames nearest to the share in order of value, in proportion, as numpy.percentile does by default. */
function percentile(frames: readonly Float32Array[], share: number, to: Float32Array): void {
  const place = share * (frames.length - 1)
  const [low, high] = [Math.floor(place), Math.ceil(place)]
  const column = new Float32Array(frames.length)
  for (let i = 0; i < to.length; i++) {
    for (const [row, frame] of frames.entries()) column[row] = frame[i]!
    column.sort()
    to[i] = column[low]! + (place - low) * (column[high]! - column[low]!)
  }
}
