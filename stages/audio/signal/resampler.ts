/**
 * Rational sample-rate conversion by a windowed sinc (Smith, "Digital Audio Resampling", CCRMA): 64 zero crossings,
 * Kaiser window with beta 14.77, pass band up to 0.9476 of the lower Nyquist frequency, as resampy's `kaiser_best`.
 */
const ZEROS = 64
const ROLLOFF = 0.9475937167399596
const BETA = 14.769656459379492

interface Phases {
  /** Output samples come in this many phases; `down` inputs pass for `up` outputs. */
  up: number
  down: number
  /** Input samples used on each side. */
  half: number
  /** Phase p's taps, oldest input first: `taps[p * 2 * half + i]`. */
  taps: Float64Array
}

const made = new Map<string, Phases>()

function phases(from: number, to: number): Phases {
  const key = `${from}/${to}`
  const known = made.get(key)
  if (known) return known
  const divisor = greatestCommonDivisor(from, to)
  const [up, down] = [to / divisor, from / divisor]
  const scale = Math.min(1, up / down)
  const half = Math.ceil(ZEROS / scale)
  const taps = new Float64Array(up * 2 * half)
  for (let phase = 0; phase < up; phase++) {
    for (let i = 0; i < 2 * half; i++) {
      const time = scale * (i - half + 1 - phase / up)
      taps[phase * 2 * half + i] = scale * windowedSinc(time)
    }
  }
  made.set(key, { up, down, half, taps })
  return made.get(key)!
}

function windowedSinc(time: number): number {
  const inside = 1 - (time / ZEROS) ** 2
  if (inside < 0) return 0
  const x = Math.PI * ROLLOFF * time
  return ROLLOFF * (x === 0 ? 1 : Math.sin(x) / x) * (bessel0(BETA * Math.sqrt(inside)) / bessel0(BETA))
}

/** Modified Bessel function of the first kind, order 0, by its power series. */
function bessel0(x: number): number {
  let [sum, term] = [1, 1]
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= (x / (2 * k)) ** 2
    sum += term
  }
  return sum
}

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b))

/** Converts sound block by block; how it is cut into blocks changes nothing, not even a bit. No delay. */
export class Resampler {
  private readonly phases: Phases
  /** Inputs still needed, as float64: read many times each. `first` is the time, in inputs, of its first sample. */
  private kept: Float64Array
  private length: number
  private first: number
  private received = 0
  private given = 0

  /** @param from @param to whole numbers of hertz */
  constructor(
    readonly from: number,
    readonly to: number,
  ) {
    this.phases = phases(from, to)
    this.kept = new Float64Array(4 * this.phases.half)
    this.length = this.phases.half
    this.first = -this.phases.half
  }

  /** The outputs that need nothing beyond this block. */
  push(block: Float32Array): Float32Array {
    if (this.from === this.to) return block
    this.keep(block)
    this.received += block.length
    const { up, down, half } = this.phases
    return this.give(Math.ceil(((this.received - half) * up) / down))
  }

  /** The outputs that remain; over all, ceil(inputs x to / from) have come. */
  finish(): Float32Array {
    if (this.from === this.to) return new Float32Array(0)
    const { up, down, half } = this.phases
    this.keep(new Float32Array(half + 1))
    return this.give(Math.ceil((this.received * up) / down))
  }

  private keep(block: Float32Array): void {
    const { up, down, half } = this.phases
    const done = Math.floor((this.given * down) / up) - half + 1 - this.first
    if (done > 0) {
      this.kept.copyWithin(0, done, this.length)
      this.length -= done
      this.first += done
    }
    if (this.length + block.length > this.kept.length) {
      const larger = new Float64Array(this.length + block.length)
      larger.set(this.kept.subarray(0, this.length))
      this.kept = larger
    }
    this.kept.set(block, this.length)
    this.length += block.length
  }

  /** Outputs from the last given one up to, not with, `until`. */
  private give(until: number): Float32Array {
    const { up, down, half, taps } = this.phases
    const out = new Float32Array(Math.max(0, until - this.given))
    const { kept } = this
    const width = 2 * half
    for (let i = 0; i < out.length; i++, this.given++) {
      const ticks = this.given * down
      const whole = Math.floor(ticks / up)
      const at = whole - half + 1 - this.first
      const tap = (ticks - whole * up) * width
      // four sums: the processor adds them side by side
      let a = 0
      let b = 0
      let c = 0
      let d = 0
      let k = 0
      for (; k + 3 < width; k += 4) {
        a += kept[at + k]! * taps[tap + k]!
        b += kept[at + k + 1]! * taps[tap + k + 1]!
        c += kept[at + k + 2]! * taps[tap + k + 2]!
        d += kept[at + k + 3]! * taps[tap + k + 3]!
      }
      for (; k < width; k++) a += kept[at + k]! * taps[tap + k]!
      out[i] = a + b + (c + d)
    }
    return out
  }
}
