/**
 * Rational sample-rate conversion by a windowed sinc (Smith, "Digital Audio Resampling", CCRMA): 64 zero crossings,
 * Kaiser window with beta 14.77, pass band up to 0.9476 of the lower Nyquist frequency, as resampy's `kaiser_best`.
 * Sums are float32, as the sound itself: what that adds lies 130 dB below the sound.
 */
import { dot, LANES, put, reserve } from './dot-product.js'

const ZEROS = 64
const ROLLOFF = 0.9475937167399596
const BETA = 14.769656459379492

const FLOAT = Float32Array.BYTES_PER_ELEMENT

interface Phases {
  /** Output samples come in this many phases; `down` inputs pass for `up` outputs. */
  up: number
  down: number
  /** Input samples used on each side. */
  half: number
  /** Taps of a phase, oldest input first, filled up with zeros. */
  width: number
  /** Place of phase 0's taps in the memory of `dot`; the next phase's come after them. */
  taps: number
  /** Place of the inputs that are worked on, and how many it has room for. */
  inputs: number
  room: number
}

/** Inputs worked on at once, besides those that a single output needs. */
const PIECE = 16384

/** Numbers in the table of taps: 128 MB. Rates that share no factor need one as long as their product. */
const MOST_TAPS = 2 ** 25

const made = new Map<string, Phases>()

/** Whether two rates have enough in common for a table of taps that can be held. */
export function isConvertible(from: number, to: number): boolean {
  const { up, width } = sizes(from, to)
  return from === to || up * width <= MOST_TAPS
}

function sizes(from: number, to: number): Pick<Phases, 'up' | 'down' | 'half' | 'width'> {
  const divisor = greatestCommonDivisor(from, to)
  const [up, down] = [to / divisor, from / divisor]
  const half = Math.ceil(ZEROS / Math.min(1, up / down))
  return { up, down, half, width: LANES * Math.ceil((2 * half) / LANES) }
}

function phases(from: number, to: number): Phases {
  const key = `${from}/${to}`
  const known = made.get(key)
  if (known) return known
  const { up, down, half, width } = sizes(from, to)
  const scale = Math.min(1, up / down)
  const taps = new Float32Array(up * width)
  for (let phase = 0; phase < up; phase++) {
    for (let i = 0; i < 2 * half; i++) {
      const time = scale * (i - half + 1 - phase / up)
      taps[phase * width + i] = scale * windowedSinc(time)
    }
  }
  const room = PIECE + 4 * half + LANES
  const result = { up, down, half, width, taps: reserve(taps.length), inputs: reserve(room), room }
  put(result.taps, taps)
  made.set(key, result)
  return result
}

function windowedSinc(time: number): number {
  const inside = 1 - (time / ZEROS) ** 2
  if (inside < 0) return 0
  const x = Math.PI * ROLLOFF * time
  return ROLLOFF * (x === 0 ? 1 : Math.sin(x) / x) * (bessel0(BETA * Math.sqrt(inside)) / bessel0(BETA))
}

/** Modified Bessel function of the first kind, order 0, by its power series. */
export function bessel0(x: number): number {
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
  /** Inputs still needed. `first` is the time, in inputs, of its first sample. */
  private readonly kept: Float32Array
  private length: number
  private first: number
  private received = 0
  private given = 0

  /** @param from @param to whole numbers of hertz; `isConvertible` */
  constructor(
    readonly from: number,
    readonly to: number,
  ) {
    this.phases = phases(from, to)
    this.kept = new Float32Array(this.phases.room)
    this.length = this.phases.half
    this.first = -this.phases.half
  }

  /** The outputs that need nothing beyond this block. */
  push(block: Float32Array): Float32Array {
    if (this.from === this.to) return block
    const { half } = this.phases
    const end = this.received + block.length
    const out = this.roomUntil(end - half)
    const before = this.given
    for (let at = 0; at < block.length; at += PIECE) {
      const part = block.subarray(at, at + PIECE)
      this.keep(part)
      this.received += part.length
      this.give(out.subarray(this.given - before), this.received - half)
    }
    return out
  }

  /** The outputs that remain; over all, ceil(inputs x to / from) have come. */
  finish(): Float32Array {
    if (this.from === this.to) return new Float32Array(0)
    const out = this.roomUntil(this.received)
    this.keep(new Float32Array(this.phases.half + 1))
    this.give(out, this.received)
    return out
  }

  /** For the outputs up to a time, in inputs. */
  private roomUntil(time: number): Float32Array {
    return new Float32Array(Math.max(0, this.outputsUntil(time) - this.given))
  }

  private outputsUntil(time: number): number {
    const { up, down } = this.phases
    return Math.ceil((time * up) / down)
  }

  /** Adds inputs, and forgets those that no further output needs. */
  private keep(block: Float32Array): void {
    const { up, down, half } = this.phases
    const done = Math.floor((this.given * down) / up) - half + 1 - this.first
    if (done > 0) {
      this.kept.copyWithin(0, done, this.length)
      this.length -= done
      this.first += done
    }
    this.kept.set(block, this.length)
    this.length += block.length
  }

  /** Outputs from the last given one up to a time, in inputs. */
  private give(out: Float32Array, until: number): void {
    const { up, down, half, width, taps, inputs } = this.phases
    const count = this.outputsUntil(until) - this.given
    if (count <= 0) return
    put(inputs, this.kept.subarray(0, this.length + width - 2 * half)) // what lies behind is multiplied with zeros
    const bytes = FLOAT * width
    for (let i = 0; i < count; i++, this.given++) {
      const ticks = this.given * down
      const whole = Math.floor(ticks / up)
      out[i] = dot(inputs + FLOAT * (whole - half + 1 - this.first), taps + bytes * (ticks - whole * up), bytes)
    }
  }
}
